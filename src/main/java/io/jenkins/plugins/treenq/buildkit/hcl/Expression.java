// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** An expression of a file, which has a value in each scope. */
public abstract class Expression {
    private final Position position;
    /** The height of this expression's tree; 0 if it has not been computed yet. */
    private int height;

    Expression(Position position) {
        this.position = position;
    }

    public Position position() {
        return position;
    }

    /** @throws HclException with the position of the part that cannot be evaluated */
    public final Value value(Scope scope) {
        EvaluationLimits limits = scope.limits();
        limits.enter(position);
        try {
            return evaluate(scope);
        } catch (HclException e) {
            throw e.at(position);
        } finally {
            limits.leave();
        }
    }

    abstract Value evaluate(Scope scope);

    /**
     * Returns the height of this expression's tree. The parts are created first and know their height, so this method
     * does not recurse deeply.
     */
    int height() {
        if (height == 0) {
            for (Expression each : parts()) {
                height = Math.max(height, each.height());
            }
            height++;
        }
        return height;
    }

    /** Returns the expressions that this expression consists of. */
    List<Expression> parts() {
        return List.of();
    }

    /** A reference to a variable, with the attributes and indices that are applied to it. */
    public record Reference(String root, List<Object> steps, Position position) {}

    /** Passes on the references to variables, except to variables that this expression defines itself. */
    public void references(Set<String> defined, Consumer<Reference> consumer) {
        parts().forEach(part -> part.references(defined, consumer));
    }

    /** Passes on the names of the functions that this expression calls. */
    public void calls(Consumer<String> consumer) {
        parts().forEach(part -> part.calls(consumer));
    }

    /** Returns the name if this expression is a single name; otherwise null. */
    public String keyword() {
        return null;
    }

    /** Returns the elements if this expression is a list in brackets; otherwise null. */
    public List<Expression> list() {
        return null;
    }

    /**
     * Returns the expression to use where the native syntax is expected. In JSON, this is the parsed content of a
     * string.
     */
    Expression syntax() {
        return this;
    }
}
