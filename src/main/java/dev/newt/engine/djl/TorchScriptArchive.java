package dev.newt.engine.djl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive made from source text: a zip of the code, the module object and the constants, as torch.jit.save writes it, but
 * with neither Python nor a file.
 */
final class TorchScriptArchive {
    private static final String HEADER =
            """
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;
    /** Python pickle, protocol 2: an instance of __torch__.M with {training: False}. */
    private static final byte[] MODULE_PICKLE =
            "\u0080\u0002c__torch__\nM\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0089ub."
                    .getBytes(StandardCharsets.ISO_8859_1);
    /** Pickle of the empty tuple. */
    private static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    private TorchScriptArchive() {}

    /** From resource files of top-level functions {@code def f(self, ...)}. */
    static byte[] ofResources(List<String> resources) {
        StringBuilder source = new StringBuilder();
        for (String resource : resources) {
            source.append(read(resource)).append('\n');
        }
        return ofFunctions(source.toString());
    }

    static byte[] ofFunctions(String functions) {
        StringBuilder code = new StringBuilder(HEADER);
        functions.lines().forEach(line -> code.append(
                        line.isBlank() ? "" : "  " + line.replace("(self,", "(self: __torch__.M,"))
                .append('\n'));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "m/data.pkl", MODULE_PICKLE);
            put(zip, "m/code/__torch__.py", code.toString().getBytes(StandardCharsets.UTF_8));
            put(zip, "m/constants.pkl", NO_CONSTANTS);
            put(zip, "m/version", "10\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private static String read(String resource) {
        try (InputStream in = TorchScriptArchive.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the program is not whole: it lacks " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
