package dev.newt.token;

import java.text.Normalizer;
import java.util.Optional;

/**
 * Byte-pair encoding as Hugging Face's tokenizers does it, many times as fast: words seen before are looked up. It takes only texts for which every
 * step is certain and leaves the others to the library. Thread-safe.
 */
final class BpeEncoder {
    /** All characters below this are in normal form C in any context. */
    private static final char FIRST_COMBINING = '\u0300';

    /**
     * The steps of the encoding.
     *
     * @param plain tokens found in the text as it is
     * @param normalized tokens found in the normalised text
     * @param composes whether the text is brought into normal form C
     * @param marks how spaces are written
     * @param splitter into words; without it a text between added tokens is one
     * @param wordsFirst whether a word that is a token needs no merges
     * @param trimsPlaces whether the library trims the positions of tokens in a way that is not reproduced here
     */
    record Steps(
            AddedTokens plain,
            AddedTokens normalized,
            boolean composes,
            Optional<SpaceMarks> marks,
            Optional<WordSplitter> splitter,
            boolean wordsFirst,
            boolean trimsPlaces) {}

    private final Steps steps;
    private final BpeVocabulary vocabulary;
    private final PairTable pairs;
    private final Symbols symbols;
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    BpeEncoder(Steps steps, BpeVocabulary vocabulary, PairTable pairs, Symbols symbols) {
        this.steps = steps;
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        this.symbols = symbols;
    }

    /** The ids of a text; empty if it must be left to the library. */
    Optional<int[]> ids(String text) {
        Scratch own = scratch.get();
        return own.encode(text) ? Optional.of(own.found.ids()) : Optional.empty();
    }

    /** The ids and positions; empty if the text must be left to the library. */
    Optional<TokenizedText> tokens(String text) {
        Scratch own = scratch.get();
        return !steps.trimsPlaces() && own.encode(text) ? Optional.of(own.found.text()) : Optional.empty();
    }

    private boolean isCertain(String text, char[] chars) {
        boolean combining = false;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (chars[i] >= FIRST_COMBINING) {
                combining = true;
                byte kind = CharacterKinds.at(chars, i, length);
                if (kind == CharacterKinds.UNKNOWN) {
                    return false;
                }
                i += WordSplitter.width(chars[i]) - 1;
            }
        }
        return !(steps.composes() && combining) || Normalizer.isNormalized(text, Normalizer.Form.NFC);
    }

    /** The working memory of one thread. */
    private final class Scratch {
        private final TokenBuffer found = new TokenBuffer();
        private final WordCache cache = new WordCache();
        private final Merger merger = new Merger(pairs);
        private final IntRanges places = new IntRanges();
        private char[] chars = new char[1024];
        private char[] marked = new char[1024];

        boolean encode(String text) {
            int length = text.length();
            if (chars.length <= length) {
                chars = new char[2 * length];
                marked = new char[2 * length];
            }
            text.getChars(0, length, chars, 0);
            if (!isCertain(text, chars)) {
                return false;
            }
            found.clear();
            int at = 0;
            while (at < length) {
                AddedTokens.Match token = steps.plain().find(chars, at, length);
                if (token.start() > at) {
                    normalize(at, token.start());
                }
                at = token.end();
                if (!token.isEnd()) {
                    found.add(token.id(), token.start(), at);
                }
            }
            return true;
        }

        private void normalize(int start, int end) {
            if (steps.marks().filter(SpaceMarks::before).isEmpty()) {
                findNormalized(chars, start, end);
                return;
            }
            int first = found.size();
            int prepended = steps.marks().get().write(chars, start, end, marked);
            findNormalized(marked, 0, end - start + prepended);
            found.shift(first, start, prepended, WordSplitter.width(chars[start]));
        }

        private void findNormalized(char[] text, int start, int end) {
            int at = start;
            while (at < end) {
                AddedTokens.Match token = steps.normalized().find(text, at, end);
                if (token.start() > at) {
                    mark(text, at, token.start());
                }
                at = token.end();
                if (!token.isEnd()) {
                    found.add(token.id(), token.start(), at);
                }
            }
        }

        private void mark(char[] text, int start, int end) {
            if (steps.marks().filter(marks -> !marks.before()).isEmpty()) {
                split(text, start, end);
                return;
            }
            int first = found.size();
            int prepended = steps.marks().get().write(text, start, end, marked);
            split(marked, 0, end - start + prepended);
            found.shift(first, start, prepended, WordSplitter.width(text[start]));
        }

        private void split(char[] text, int start, int end) {
            if (steps.splitter().isEmpty()) {
                word(text, start, end);
                return;
            }
            WordSplitter splitter = steps.splitter().get();
            int at = start;
            while (at < end) {
                int wordEnd = splitter.wordEnd(text, at, end);
                word(text, at, wordEnd);
                at = wordEnd;
            }
        }

        private void word(char[] text, int start, int end) {
            if (end - start > WordCache.LONGEST) {
                merge(text, start, end).addTo(found, start);
                return;
            }
            int hash = WordCache.hash(text, start, end);
            WordCache.Word word = cache.find(hash, text, start, end);
            if (word == null) {
                word = merge(text, start, end);
                cache.put(hash, word);
            }
            word.addTo(found, start);
        }

        private WordCache.Word merge(char[] text, int start, int end) {
            if (steps.wordsFirst()) {
                Integer id = vocabulary.ids().get(symbols.written(text, start, end));
                if (id != null) {
                    return WordCache.Word.of(text, start, end, id);
                }
            }
            merger.begin();
            places.clear();
            symbols.split(text, start, end, (symbol, from, to) -> {
                merger.add(symbol);
                places.add(from, to);
            });
            merger.merge();
            return WordCache.Word.of(text, start, end, merger, places);
        }
    }
}
