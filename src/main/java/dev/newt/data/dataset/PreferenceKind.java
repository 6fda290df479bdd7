package dev.newt.data.dataset;

/** What is trained on preference data; it decides which types a data set may have. */
public enum PreferenceKind {
    /** {@code rl}: dpo, ipo, simpo, orpo. */
    PAIR,
    /** {@code rl: kto}. */
    KTO,
    /** {@code reward_model: true}. */
    REWARD,
    /** {@code process_reward_model: true}. */
    STEPWISE
}
