package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's arithmetic on numbers. An integer is a Long, or a BigInteger if it does not fit; a float is a Double; a bool counts as 0 or 1. */
final class Numbers {
    private Numbers() {}

    static Object compact(BigInteger value) {
        Limits.checkBits(value.bitLength());
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static boolean isNumber(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static BigInteger big(Object value) {
        if (value instanceof BigInteger integer) {
            return integer;
        }
        return value instanceof Boolean flag
                ? (flag ? BigInteger.ONE : BigInteger.ZERO)
                : BigInteger.valueOf((Long) value);
    }

    static double real(Object value) {
        if (value instanceof BigInteger integer) {
            double real = integer.doubleValue();
            if (Double.isInfinite(real)) {
                throw new TemplateFailure("int too large to convert to float");
            }
            return real;
        }
        return value instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) value).doubleValue();
    }

    /** An index or a count. */
    static long whole(Object value, String what) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!isInteger(value)) {
            throw new TemplateFailure(what + " must be an integer, not " + Values.typeName(value));
        }
        BigInteger whole = big(value);
        if (whole.bitLength() >= Long.SIZE) {
            throw new TemplateFailure(what + " is too large");
        }
        return whole.longValue();
    }

    static int compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (isInteger(left) && isInteger(right)) {
            return big(left).compareTo(big(right));
        }
        if (left instanceof Double a && right instanceof Double b) {
            return a < b ? -1 : a > b ? 1 : 0;
        }
        double a = left instanceof Double d ? d : 0;
        double b = right instanceof Double d ? d : 0;
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return Double.compare(a, b);
        }
        return exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Object value) {
        return value instanceof Double d ? new BigDecimal(d) : new BigDecimal(big(value));
    }

    static boolean isNan(Object value) {
        return value instanceof Double d && Double.isNaN(d);
    }

    static Object arithmetic(String operator, Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return real(operator, real(left), real(right));
        }
        BigInteger a = big(left);
        BigInteger b = big(right);
        switch (operator) {
            case "+":
                return compact(a.add(b));
            case "-":
                return compact(a.subtract(b));
            case "*":
                Limits.checkBits((long) a.bitLength() + b.bitLength());
                return compact(a.multiply(b));
            case "/":
                return divide(a, b);
            case "//":
                return compact(floorDivide(a, b)[0]);
            case "%":
                return compact(floorDivide(a, b)[1]);
            default:
                return power(a, b);
        }
    }

    private static Object real(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new TemplateFailure("float division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> floorDivide(a, b);
            case "%" -> modulo(a, b);
            default -> power(a, b);
        };
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return (rest < 0) == (b < 0) ? rest : rest + b;
    }

    private static double floorDivide(double a, double b) {
        double quotient = (a - modulo(a, b)) / b;
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double divide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateFailure("division by zero");
        }
        if (a.bitLength() <= 53 && b.bitLength() <= 53) {
            return a.doubleValue() / b.doubleValue();
        }
        return new BigDecimal(a).divide(new BigDecimal(b), new MathContext(60)).doubleValue();
    }

    private static BigInteger[] floorDivide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateFailure("integer division or modulo by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        if (parts[1].signum() != 0 && parts[1].signum() != b.signum()) {
            parts[0] = parts[0].subtract(BigInteger.ONE);
            parts[1] = parts[1].add(b);
        }
        return parts;
    }

    private static Object power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return power(base.doubleValue(), exponent.doubleValue());
        }
        if (base.bitLength() <= 1 && base.signum() >= 0) {
            return exponent.signum() == 0 ? (Object) 1L : compact(base);
        }
        Limits.checkBits(exponent.bitLength() > 31 ? Long.MAX_VALUE : base.bitLength() * exponent.longValue());
        return compact(base.pow(exponent.intValueExact()));
    }

    private static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw new TemplateFailure("0.0 cannot be raised to a negative power");
        }
        if (base < 0 && exponent != Math.rint(exponent)) {
            throw new TemplateFailure(
                    "a negative number to a fractional power is a complex number, which is not supported");
        }
        double result = Math.pow(base, exponent);
        if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
            throw new TemplateFailure("Numerical result out of range");
        }
        return result;
    }

    static Object negate(Object value) {
        return value instanceof Double d ? (Object) (-d) : compact(big(value).negate());
    }

    /** {@code round(value, digits)}: to even at exact ties. */
    static double round(double value, long digits, RoundingMode mode) {
        if (Double.isNaN(value) || Double.isInfinite(value) || digits > 330) {
            return value;
        }
        if (digits < -330) {
            return Math.copySign(0.0, value);
        }
        return Math.copySign(
                Math.abs(new BigDecimal(value).setScale((int) digits, mode).doubleValue()), value);
    }

    /** The decimal with the fewest digits that reads back as the value, and of those the nearest; JDKs before 19 sometimes print another. */
    static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int precision = 1; precision < 17; precision++) {
            // Above a power of two the neighbours are further apart, so the one rounded away may fit where the nearest
            // does not.
            for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.UP}) {
                BigDecimal candidate = exact.round(new MathContext(precision, mode));
                if (candidate.doubleValue() == value) {
                    return candidate;
                }
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }
}
