package dev.newt.config;

/** {@code adapter}. Both train low-rank matrices beside frozen weights; {@code qlora} needs the weights stored in 4 bits. */
public enum AdapterKind implements Choice {
    LORA("lora"),
    QLORA("qlora");

    private final String text;

    AdapterKind(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
