package dev.newt.cli;

import dev.newt.regress.Recording.Step;
import dev.newt.regress.Verdict;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Verdicts as one JSON array, for other programs. */
final class RegressJson {
    private RegressJson() {}

    /** Indented, with a final line end. */
    static String of(List<Verdict> verdicts) {
        ArrayNode array = JsonMapper.shared().createArrayNode();
        for (Verdict verdict : verdicts) {
            ObjectNode node = array.addObject()
                    .put("config", verdict.config().toString())
                    .put("status", verdict.status().text())
                    .put("good", verdict.status().isGood())
                    .put("message", verdict.message())
                    .put("seconds", verdict.seconds());
            verdict.now().ifPresent(now -> {
                node.put("plan_hash", now.planHash()).put("device", now.device());
                ArrayNode steps = node.putArray("steps");
                for (Step step : now.steps()) {
                    steps.addObject()
                            .put("loss", step.loss())
                            .put("grad_norm", step.gradNorm())
                            .put("tokens", step.tokens())
                            .put("trained_tokens", step.trainedTokens());
                }
            });
        }
        return JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(array)
                        .replace("\r\n", "\n") + "\n";
    }
}
