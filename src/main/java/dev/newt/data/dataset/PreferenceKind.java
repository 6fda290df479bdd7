package dev.newt.data.dataset;

/** What is trained on preference data; it decides which types a data set may have. */
public enum PreferenceKind {
    /** {@code rl}: dpo, ipo, simpo, orpo. */
    PAIR(2),
    /** {@code rl: kto}. */
    KTO(1),
    /** {@code reward_model: true}. */
    REWARD(2),
    /** {@code process_reward_model: true}. */
    STEPWISE(1);

    private final int groupSize;

    PreferenceKind(int groupSize) {
        this.groupSize = groupSize;
    }

    /** Examples of a row, which are never parted: a pair has its chosen answer and behind it its rejected one. */
    public int groupSize() {
        return groupSize;
    }
}
