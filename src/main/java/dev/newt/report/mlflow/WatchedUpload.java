package dev.newt.report.mlflow;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * A request's body that tells when another part of it was asked for: then the server, or the network before it, took the last one.
 *
 * @param progress told each time
 */
record WatchedUpload(HttpRequest.BodyPublisher content, Runnable progress) implements HttpRequest.BodyPublisher {
    @Override
    public long contentLength() {
        return content.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        content.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long parts) {
                        progress.run();
                        subscription.request(parts);
                    }

                    @Override
                    public void cancel() {
                        subscription.cancel();
                    }
                });
            }

            @Override
            public void onNext(ByteBuffer part) {
                subscriber.onNext(part);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                progress.run();
                subscriber.onComplete();
            }
        });
    }
}
