package dev.newt.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.engine.djl.CpuThreads.Wait;
import dev.newt.io.UserException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuThreadsTest {
    @Test
    void followsWhatTheContainerMayUseAndNotTheHostsCores() {
        CpuThreads threads = CpuThreads.of(Map.of());

        assertThat(threads.count(2, 64)).isEqualTo(2);
        assertThat(threads.count(64, 8)).isEqualTo(8);
        assertThat(threads.count(1, 64)).isEqualTo(1);
    }

    @Test
    void takesTheNumberThatTheUserGives() {
        assertThat(CpuThreads.of(Map.of("NEWT_THREADS", " 3 ")).count(2, 64)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "two", "1.5", ""})
    void refusesWhatIsNoNumberOfThreads(String written) {
        assertThatThrownBy(() -> CpuThreads.of(Map.of("NEWT_THREADS", written)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "NEWT_THREADS=" + written + ": the number of threads must be a whole number from 1 to 9999.");
    }

    @Test
    void watchesTheNeighboursUnlessToldHowToWait() {
        assertThat(CpuThreads.of(Map.of()).waiting()).isEqualTo(Wait.AUTO);
        assertThat(CpuThreads.of(Map.of("NEWT_WAIT", "passive")).waiting()).isEqualTo(Wait.PASSIVE);
        assertThat(CpuThreads.of(Map.of("NEWT_WAIT", "Active")).waiting()).isEqualTo(Wait.ACTIVE);
        assertThat(CpuThreads.of(Map.of("OMP_WAIT_POLICY", "passive")).waiting())
                .isEqualTo(Wait.AS_SET);
        assertThat(CpuThreads.of(Map.of("GOMP_SPINCOUNT", "100")).waiting()).isEqualTo(Wait.AS_SET);
        assertThat(CpuThreads.of(Map.of("NEWT_WAIT", "auto", "OMP_WAIT_POLICY", "passive"))
                        .waiting())
                .isEqualTo(Wait.AUTO);
    }

    @Test
    void refusesAWayToWaitThatItDoesNotKnow() {
        assertThatThrownBy(() -> CpuThreads.of(Map.of("NEWT_WAIT", "sleep")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("NEWT_WAIT=sleep")
                .hasMessageContaining("auto")
                .hasMessageContaining("active")
                .hasMessageContaining("passive");
    }
}
