// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** An expression of a file, which has a value in each scope. */
public abstract class Expression {
    private final Position position;
    /** 0: not counted yet. */
    private int height;

    Expression(Position position) {
        this.position = position;
    }

    public Position position() {
        return position;
    }

    /** @throws HclException with the position of what has no value */
    public final Value value(Scope scope) {
        Budget budget = scope.budget();
        budget.enter(position);
        try {
            return evaluate(scope);
        } catch (HclException e) {
            throw e.at(position);
        } finally {
            budget.leave();
        }
    }

    abstract Value evaluate(Scope scope);

    /** How deep the expressions within this one are nested. Their own are counted before, so this does not recurse. */
    int height() {
        if (height == 0) {
            for (Expression each : parts()) {
                height = Math.max(height, each.height());
            }
            height++;
        }
        return height;
    }

    /** The expressions that this one has. */
    List<Expression> parts() {
        return List.of();
    }

    /** A variable that is used, with what is taken from it. */
    public record Reference(String root, List<Object> steps, Position position) {}

    /** The variables that this expression uses, except those that it defines itself. */
    public void references(Set<String> defined, Consumer<Reference> consumer) {
        parts().forEach(part -> part.references(defined, consumer));
    }

    /** The names of the functions that this expression calls. */
    public void calls(Consumer<String> consumer) {
        parts().forEach(part -> part.calls(consumer));
    }

    /** This expression as one name, if it is nothing else; else null. */
    public String keyword() {
        return null;
    }

    /** The expressions of a list that is written as such; null if this is something else. */
    public List<Expression> list() {
        return null;
    }

    /** This expression as syntax: what a JSON string is read as where syntax is expected. */
    Expression syntax() {
        return this;
    }
}
