package dev.newt.engine;

import dev.newt.engine.djl.Oracle;
import dev.newt.tensor.Engine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Tests of one topic's operations, on an engine that they share. After each test it holds no more than before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OperationContract {
    protected Oracle oracle;

    /** A new engine of the kind that is tested. */
    abstract Engine open();

    @BeforeAll
    void start() {
        oracle = new Oracle(this::open);
    }

    @AfterEach
    void clear() {
        oracle.clear();
    }

    @AfterAll
    void close() {
        oracle.close();
    }
}
