package dev.newt.tensor;

import java.util.List;

/** The element types of tensors and weight files. */
public enum DType {
    F64(8, true),
    F32(4, true),
    BF16(2, true),
    F16(2, true),
    I64(8, false),
    I32(4, false),
    I8(1, false),
    U8(1, false),
    BOOL(1, false);

    /** The floating types. */
    public static final List<DType> FLOATING = List.of(F64, F32, BF16, F16);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return floating;
    }

    /** The type that sums, norms and gradients of this type are kept in: F64 for F64, else F32. */
    public DType accumulator() {
        return this == F64 ? F64 : F32;
    }
}
