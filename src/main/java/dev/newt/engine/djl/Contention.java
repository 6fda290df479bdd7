package dev.newt.engine.djl;

/** Whether processors are short, from the share of its time that a thread waits for one; it does not change its mind at every breath. */
final class Contention {
    /** A thread that waits more than this is short of a processor. */
    static final double BUSY_SHARE = 0.15;
    /** A thread that waits less has one to itself. */
    static final double IDLE_SHARE = 0.04;
    /** Calm looks in a row until the others are taken to be gone. */
    static final int CALM_LOOKS = 5;

    private boolean contended;
    private int calm;

    /** @return whether processors are short, after one more look */
    boolean after(double waitedShare) {
        if (waitedShare > BUSY_SHARE) {
            contended = true;
            calm = 0;
        } else if (waitedShare > IDLE_SHARE) {
            calm = 0;
        } else if (contended && ++calm == CALM_LOOKS) {
            contended = false;
        }
        return contended;
    }
}
