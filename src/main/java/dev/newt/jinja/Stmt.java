package dev.newt.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A statement of a template. Each form knows how to run itself. */
sealed interface Stmt {
    /** How a statement ended. */
    enum Flow {
        NORMAL,
        BREAK,
        CONTINUE
    }

    Flow run(Scope scope, TextBuilder out);

    record Block(List<Stmt> statements) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            for (Stmt statement : statements) {
                Flow flow = statement.run(scope, out);
                if (flow != Flow.NORMAL) {
                    return flow;
                }
            }
            return Flow.NORMAL;
        }
    }

    record Data(String text) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            out.append(text);
            return Flow.NORMAL;
        }
    }

    /** Adds the line to failures inside. */
    record Placed(int line, Stmt statement) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            try {
                return statement.run(scope, out);
            } catch (TemplateFailure failure) {
                throw failure.at(line);
            }
        }
    }

    record Output(Expr value) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            out.append(PythonText.str(value.eval(scope)));
            return Flow.NORMAL;
        }
    }

    /** Conditions with their bodies, the first true one runs. */
    record If(List<Branch> branches, Block otherwise) implements Stmt {
        record Branch(int line, Expr condition, Block body) {
            boolean holds(Scope scope) {
                try {
                    return Values.isTrue(condition.eval(scope));
                } catch (TemplateFailure failure) {
                    throw failure.at(line);
                }
            }
        }

        @Override
        public Flow run(Scope scope, TextBuilder out) {
            for (Branch branch : branches) {
                if (branch.holds(scope)) {
                    return branch.body().run(scope, out);
                }
            }
            return otherwise.run(scope, out);
        }
    }

    record For(
            Target target,
            Expr iterated,
            Optional<Expr> filter,
            boolean recursive,
            Block body,
            Optional<Block> otherwise)
            implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            loop(iterated.eval(scope), scope, out, 0);
            return Flow.NORMAL;
        }

        private void loop(Object elements, Scope scope, TextBuilder out, int depth) {
            Iterator<Object> iterator = Values.iterate(elements);
            LoopState loop = new LoopState(
                    filter.isPresent() ? new Filtered(this, iterator, scope) : iterator,
                    depth,
                    arguments -> recurse(arguments, scope, depth));
            boolean completed = false;
            Flow flow = Flow.NORMAL;
            while (flow != Flow.BREAK && loop.advance()) {
                scope.execution().limits().step();
                Scope local = new Scope(scope);
                local.set("loop", loop);
                target.assign(local, loop.current());
                int start = out.length();
                flow = body.run(local, out);
                if (loop.current() instanceof Dict dict && dict.message() != Dict.NO_MESSAGE) {
                    out.markFrom(start, new Mark.Turn(dict.message()));
                }
                completed |= flow == Flow.NORMAL;
            }
            // As Jinja compiles it: the else branch runs unless an iteration reached the end of the body.
            if (!completed && otherwise.isPresent()) {
                otherwise.get().run(new Scope(scope), out);
            }
        }

        private Object recurse(Arguments arguments, Scope scope, int depth) {
            if (!recursive) {
                throw new TemplateFailure("The loop must have the 'recursive' marker to be called recursively.");
            }
            Object elements = arguments.bind("loop", 1, "iterable")[0];
            Limits limits = scope.execution().limits();
            limits.enterCall();
            TextBuilder out = new TextBuilder();
            loop(elements, scope, out, depth + 1);
            limits.leaveCall();
            return out.toText();
        }
    }

    /** The elements that pass a loop's condition, tried one by one as the loop asks for them. */
    final class Filtered implements Iterator<Object> {
        private final For loop;
        private final Iterator<Object> source;
        private final Scope scope;
        private Object next = Arguments.MISSING;

        Filtered(For loop, Iterator<Object> source, Scope scope) {
            this.loop = loop;
            this.source = source;
            this.scope = scope;
        }

        @Override
        public boolean hasNext() {
            while (next == Arguments.MISSING && source.hasNext()) {
                Object candidate = source.next();
                scope.execution().limits().step();
                Scope local = new Scope(scope);
                loop.target().assign(local, candidate);
                if (Values.isTrue(loop.filter().orElseThrow().eval(local))) {
                    next = candidate;
                }
            }
            return next != Arguments.MISSING;
        }

        @Override
        public Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Object result = next;
            next = Arguments.MISSING;
            return result;
        }
    }

    record Jump(Flow flow) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            return flow;
        }
    }

    record Assign(Target target, Expr value) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            target.assign(scope, value.eval(scope));
            return Flow.NORMAL;
        }
    }

    /** A set or filter block: its filtered text goes to a target or to the output. */
    record Capture(Block body, Expr filtered, Optional<Target> target) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            Scope local = new Scope(scope);
            TextBuilder captured = new TextBuilder();
            Flow flow = body.run(local, captured);
            if (flow != Flow.NORMAL) {
                return flow; // a jump out of the block discards its text, as in Jinja
            }
            Scope input = new Scope(scope);
            input.set(Expr.Captured.NAME, captured.toText());
            Object value = filtered.eval(input);
            if (target.isPresent()) {
                target.get().assign(scope, value);
            } else {
                out.append(PythonText.str(value));
            }
            return Flow.NORMAL;
        }
    }

    record With(List<Target> targets, List<Expr> values, Block body) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            Scope local = new Scope(scope);
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(local, values.get(i).eval(scope));
            }
            return body.run(local, out);
        }
    }

    record MacroDefinition(Macro.Definition definition) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            scope.set(definition.name(), new Macro(definition, scope));
            return Flow.NORMAL;
        }
    }

    record CallBlock(Macro.Definition caller, Expr.Call call) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            Arguments written = call.arguments().eval(scope);
            var named = new java.util.LinkedHashMap<>(written.named());
            named.put("caller", new Macro(caller, scope));
            Object function = call.target().eval(scope);
            out.append(PythonText.str(Access.call(function, new Arguments(written.positional(), named))));
            return Flow.NORMAL;
        }
    }

    /** Hugging Face's generation block: what the assistant wrote. */
    record Generation(Block body) implements Stmt {
        @Override
        public Flow run(Scope scope, TextBuilder out) {
            int start = out.length();
            body.run(new Scope(scope), out);
            out.markFrom(start, new Mark.Generation(scope.execution().nextGeneration()));
            return Flow.NORMAL;
        }
    }
}
