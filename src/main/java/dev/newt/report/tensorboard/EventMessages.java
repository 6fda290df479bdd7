package dev.newt.report.tensorboard;

import java.util.Map;

/** The messages of tensorboard/compat/proto/event.proto and summary.proto that a run needs. */
final class EventMessages {
    // Event
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    // SessionLog
    private static final int STATUS = 1;
    private static final long START = 1;
    // Summary, Summary.Value
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int TENSOR = 8;
    private static final int METADATA = 9;
    // SummaryMetadata, SummaryMetadata.PluginData
    private static final int PLUGIN_DATA = 1;
    private static final int PLUGIN_NAME = 1;
    // TensorProto, TensorShapeProto, TensorShapeProto.Dim
    private static final int DTYPE = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int STRING_VALUE = 8;
    private static final int DIMENSION = 2;
    private static final int SIZE = 1;
    private static final long DT_STRING = 7;

    private EventMessages() {}

    /** The first event of a file. */
    static byte[] fileVersion(double seconds) {
        return new ProtoMessage()
                .put(WALL_TIME, seconds)
                .put(FILE_VERSION, "brain.Event:2")
                .toBytes();
    }

    /** A resumed run: events from {@code step} on in earlier files of its folder no longer count. */
    static byte[] restart(double seconds, long step) {
        return new ProtoMessage()
                .put(WALL_TIME, seconds)
                .put(STEP, step)
                .put(SESSION_LOG, new ProtoMessage().put(STATUS, START))
                .toBytes();
    }

    static byte[] scalars(double seconds, long step, Map<String, Double> values) {
        ProtoMessage summary = new ProtoMessage();
        values.forEach((tag, value) ->
                summary.put(VALUE, new ProtoMessage().put(TAG, tag).put(SIMPLE_VALUE, value.floatValue())));
        return new ProtoMessage()
                .put(WALL_TIME, seconds)
                .put(STEP, step)
                .put(SUMMARY, summary)
                .toBytes();
    }

    /** Markdown for TensorBoard's text page. */
    static byte[] text(double seconds, String tag, String markdown) {
        ProtoMessage metadata = new ProtoMessage().put(PLUGIN_DATA, new ProtoMessage().put(PLUGIN_NAME, "text"));
        ProtoMessage tensor = new ProtoMessage()
                .put(DTYPE, DT_STRING)
                .put(TENSOR_SHAPE, new ProtoMessage().put(DIMENSION, new ProtoMessage().put(SIZE, 1L)))
                .put(STRING_VALUE, markdown);
        ProtoMessage value =
                new ProtoMessage().put(TAG, tag).put(TENSOR, tensor).put(METADATA, metadata);
        return new ProtoMessage()
                .put(WALL_TIME, seconds)
                .put(SUMMARY, new ProtoMessage().put(VALUE, value))
                .toBytes();
    }
}
