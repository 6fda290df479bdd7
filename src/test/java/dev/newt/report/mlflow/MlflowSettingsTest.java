package dev.newt.report.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.TrackingConfig;
import dev.newt.plan.PlannedTracking;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MlflowSettingsTest {
    private static Optional<MlflowSettings> settings(
            Optional<Boolean> use, Optional<String> uri, Optional<String> experiment, Map<String, String> env) {
        return PlannedTracking.of(new TrackingConfig(false, use, uri, experiment, Optional.empty(), false))
                .mlflow()
                .flatMap(mlflow -> MlflowSettings.of(mlflow, env));
    }

    @Test
    void theConfigurationComesBeforeTheEnvironment() {
        Map<String, String> env = Map.of("MLFLOW_TRACKING_URI", "http://b");

        assertThat(settings(Optional.empty(), Optional.of("http://a:5000/ml/"), Optional.of("orders"), env))
                .hasValueSatisfying(settings -> {
                    assertThat(settings.server()).hasToString("http://a:5000/ml");
                    assertThat(settings.experiment()).isEqualTo("orders");
                    assertThat(settings.authorization()).isEmpty();
                });
        assertThat(settings(
                        Optional.of(true),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("MLFLOW_TRACKING_URI", "https://b/")))
                .hasValueSatisfying(settings -> {
                    assertThat(settings.server()).hasToString("https://b");
                    assertThat(settings.experiment()).isEqualTo("Default");
                });
    }

    @Test
    void nothingIsSentUnaskedOrToNoServer() {
        Map<String, String> env = Map.of("MLFLOW_TRACKING_URI", "http://b");

        assertThat(settings(Optional.empty(), Optional.of("http://a"), Optional.empty(), env))
                .isEmpty();
        assertThat(settings(Optional.of(false), Optional.of("http://a"), Optional.of("e"), env))
                .isEmpty();
        for (String uri : List.of("./mlruns", "file:///tmp/runs", "sqlite:///x.db", "databricks", "http://")) {
            assertThat(settings(Optional.of(true), Optional.of(uri), Optional.empty(), env))
                    .as(uri)
                    .isEmpty();
        }
    }

    @Test
    void aNameWithAPasswordComesBeforeAToken() {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("MLFLOW_TRACKING_TOKEN", "t");
        assertThat(authorization("http://a", env)).contains("Bearer t");

        env.put("MLFLOW_TRACKING_USERNAME", "Aladdin");
        env.put("MLFLOW_TRACKING_PASSWORD", "open sesame");
        // The example of RFC 2617, 2.
        assertThat(authorization("http://a", env)).contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");

        assertThat(authorization("http://Aladdin:open%20sesame@a", Map.of()))
                .contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    private static Optional<String> authorization(String uri, Map<String, String> env) {
        MlflowSettings settings = settings(Optional.of(true), Optional.of(uri), Optional.empty(), env)
                .orElseThrow();
        assertThat(settings.server()).hasToString("http://a");
        assertThat(settings.toString()).doesNotContain("sesame", "Bearer");
        return settings.authorization();
    }
}
