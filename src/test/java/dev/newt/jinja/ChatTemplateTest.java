package dev.newt.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.jinja.Rendering.Range;
import dev.newt.jinja.Rendering.Span;
import dev.newt.jinja.Rendering.Turn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ChatTemplateTest {
    private static final List<Map<String, Object>> TALK = List.of(
            Map.of("role", "user", "content", " Hi there "),
            Map.of("role", "assistant", "content", "Hello 😀", "tool_calls", List.of(Map.of("name", "add"))));

    private static Rendering render(String template) {
        return ChatTemplate.parse("test", template).render(ChatRequest.of(TALK));
    }

    private static String source(String folder, String file) throws IOException {
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/golden/chat/" + folder + "/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "hermes_tools", "llama3", "mistral"})
    @SuppressWarnings("unchecked") // JSON objects
    void rendersWholeConversationsAsHuggingFaceDoes(String folder) throws IOException {
        Map<String, Object> golden = JsonMapper.shared().readValue(source(folder, "golden.json"), Map.class);
        ChatTemplate template = ChatTemplate.parse(folder, (String) golden.get("template"));
        int compared = 0;
        for (Map<String, Object> one : (List<Map<String, Object>>) golden.get("cases")) {
            ChatRequest request = ChatRequest.of((List<Map<String, Object>>) one.get("messages"))
                    .withGenerationPrompt((Boolean) one.get("add_generation_prompt"))
                    .withSpecialTokens(specialTokens(golden))
                    .withVariables((Map<String, Object>) one.get("kwargs"));
            List<Map<String, Object>> tools = (List<Map<String, Object>>) one.get("tools");
            ChatRequest full = tools == null ? request : request.withTools(tools);
            if (one.containsKey("error")) {
                String reason = ((String) one.get("error")).replaceFirst("^\\w+: ", "");
                assertThatThrownBy(() -> template.render(full))
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining(reason);
            } else {
                assertThat(template.render(full).text()).isEqualTo(one.get("text"));
            }
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(18);
    }

    private static Map<String, String> specialTokens(Map<String, Object> golden) {
        Map<String, String> tokens = new HashMap<>();
        for (String name : List.of("bos_token", "eos_token", "pad_token")) {
            if (golden.get(name) instanceof String token) {
                tokens.put(name, token);
            }
        }
        return tokens;
    }

    @Test
    void knowsFieldsAndTurns() {
        Rendering rendering =
                render("{% for m in messages %}<{{ m.role }}>{{ m['content'] | trim + '!' }}</s>{% endfor %}end");
        assertThat(rendering.text()).isEqualTo("<user>Hi there!</s><assistant>Hello 😀!</s>end");
        assertThat(rendering.spans())
                .containsExactly(
                        new Span(1, 5, 0, "role"),
                        new Span(6, 14, 0, "content"),
                        new Span(20, 29, 1, "role"),
                        new Span(30, 38, 1, "content"));
        assertThat(rendering.turns()).containsExactly(new Turn(0, 19, 0), new Turn(19, 43, 1));
    }

    @Test
    void keepsOriginsThroughSlicesSplitsReplacementsMacrosAndCaptures() {
        assertThat(render("{{ messages[1].content[2:6] }}").spans()).containsExactly(new Span(0, 4, 1, "content"));
        assertThat(render("{{ 'a ' ~ messages[0].content.split()[1] }}").spans())
                .containsExactly(new Span(2, 7, 0, "content"));
        assertThat(render("{{ messages[1].content.replace('l', 'L') }}").spans())
                .containsExactly(new Span(0, 2, 1, "content"), new Span(4, 8, 1, "content"));
        assertThat(render(
                                "{% macro f(x) %}[{{ x }}]{% endmacro %}{% set y %}{{ f(messages[0].content) }}{% endset %}_{{ y }}")
                        .spans())
                .containsExactly(new Span(2, 12, 0, "content"));
        assertThat(render("{{ messages[1].tool_calls | tojson }}").spans())
                .containsExactly(new Span(3, 7, 1, "tool_calls"), new Span(11, 14, 1, "tool_calls"));
    }

    @Test
    void dropsTheOriginOfRewrittenText() {
        assertThat(render("{{ messages[1].content | upper }}").spans()).isEmpty();
        assertThat(render("{{ messages[0].content | length }}").spans()).isEmpty();
        // Equal text from elsewhere is not the message's.
        assertThat(render("Hello 😀").spans()).isEmpty();
    }

    @Test
    void givesTurnsOfNestedLoopsToTheInnermost() {
        Rendering rendering = render(
                "{% for m in messages %}{% if loop.first %}({% for n in messages[1:] %}x{% endfor %}){% endif %}y{% endfor %}");
        assertThat(rendering.text()).isEqualTo("(x)yy");
        assertThat(rendering.turns())
                .containsExactly(new Turn(0, 1, 0), new Turn(1, 2, 1), new Turn(2, 4, 0), new Turn(4, 5, 1));
    }

    @Test
    void knowsGenerationBlocksEvenInsideMacros() {
        Rendering rendering = render("{% macro f() %}{% generation %}ab{% endgeneration %}{% endmacro %}"
                + "-{{ f() }}{% generation %}c{% endgeneration %}");
        assertThat(rendering.text()).isEqualTo("-abc");
        assertThat(rendering.generations()).containsExactly(new Range(1, 3), new Range(3, 4));
    }

    @Test
    void namesTemplateAndLineOfAFailure() {
        assertThatThrownBy(() -> ChatTemplate.parse("my.jinja", "a\n{% if 1 %}\n{{ 1 | nofilter }}\n{% foo %}"))
                .isInstanceOf(UserException.class)
                .hasMessage("chat template my.jinja, line 4: Encountered unknown tag 'foo'."
                        + " Expected here: 'elif' or 'else' or 'endif'.");
        assertThatThrownBy(() -> render("\n{% for m in messages %}\n{{ raise_exception('No ' + m.role) }}{% endfor %}"))
                .isInstanceOf(UserException.class)
                .hasMessage("chat template test, line 3: No user");
        assertThatThrownBy(() -> render("\n\n{% if nothing.here %}{% endif %}"))
                .hasMessage("chat template test, line 3: 'nothing' is undefined");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages.getClass() }}",
                "{{ messages.class.name }}",
                "{{ ''.__class__.__mro__ }}",
                "{{ messages.append(1) }}",
                "{{ messages[0].update({}) }}",
                "{{ messages[0].content.getBytes() }}",
                "{{ range.call(1) }}",
                "{{ '{0.value.x}'.format('a') }}"
            })
    void reachesNothingOutsideTheSandbox(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(UserException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ 'x' * 1000000000 }}",
                "{{ 'x' * 9223372036854775807 }}",
                "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:99999999}'.format(1) }}",
                "{{ range(1000000) | list }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(500) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}"
            })
    void stopsATemplateThatWantsTooMuch(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(UserException.class);
    }

    @Test
    void refusesDeepNestingInsteadOfOverflowing() {
        for (String open : List.of("(", "[", "-", "not ", "1 if 1 else ", "{% if 1 %}")) {
            String nested = open.repeat(100_000);
            String template = open.startsWith("{%") ? nested : "{{ " + nested;
            assertThatThrownBy(() -> ChatTemplate.parse("deep", template)).isInstanceOf(UserException.class);
        }
    }

    @Test
    void refusesVariablesThatHideTheConversation() {
        assertThatThrownBy(() -> ChatRequest.of(TALK).withVariables(Map.of("messages", List.of())))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("messages");
    }
}
