import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Halves a safetensors file: every F32 tensor becomes BF16, rounded to nearest, ties to even. Run
 * {@code java RoundToBf16.java FROM.safetensors TO.safetensors}.
 *
 * <p>The format: 8 bytes little-endian header length, a JSON header with each tensor's dtype, shape
 * and offsets, then the bytes. Small files only: the whole file is held in memory.
 */
public final class RoundToBf16 {
  private static final Pattern DTYPE = Pattern.compile("\"dtype\"\\s*:\\s*\"(\\w+)\"");
  private static final Pattern OFFSETS =
      Pattern.compile("(\"data_offsets\"\\s*:\\s*)\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

  private RoundToBf16() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: java RoundToBf16.java FROM.safetensors TO.safetensors");
      System.exit(2);
    }
    ByteBuffer from =
        ByteBuffer.wrap(Files.readAllBytes(Path.of(args[0]))).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[Math.toIntExact(from.getLong())];
    from.get(header);
    String json = new String(header, StandardCharsets.UTF_8);
    Matcher dtypes = DTYPE.matcher(json);
    if (!dtypes.results().map(d -> d.group(1)).allMatch("F32"::equals)) {
      System.err.println(args[0] + ": every tensor must be F32");
      System.exit(2);
    }

    // Every tensor is half as long, so every offset is halved and the order stays.
    String halved = OFFSETS.matcher(json).replaceAll(RoundToBf16::halve);
    halved = DTYPE.matcher(halved).replaceAll("\"dtype\":\"BF16\"").stripTrailing();
    StringBuilder padded = new StringBuilder(halved);
    while (padded.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
      padded.append(' ');
    }
    byte[] newHeader = padded.toString().getBytes(StandardCharsets.UTF_8);

    ByteBuffer to =
        ByteBuffer.allocate(8 + newHeader.length + from.remaining() / 2)
            .order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(newHeader.length).put(newHeader);
    while (from.hasRemaining()) {
      int bits = from.getInt();
      boolean nan = (bits & 0x7fffffff) > 0x7f800000;
      to.putShort((short) ((nan ? bits | 0x400000 : bits + 0x7fff + (bits >>> 16 & 1)) >>> 16));
    }
    Files.write(Path.of(args[1]), to.array());
    System.out.printf("%s: %,d bytes%n", args[1], to.capacity());
  }

  private static String halve(MatchResult offsets) {
    return "%s[%d,%d]"
        .formatted(
            offsets.group(1),
            Long.parseLong(offsets.group(2)) / 2,
            Long.parseLong(offsets.group(3)) / 2);
  }
}
