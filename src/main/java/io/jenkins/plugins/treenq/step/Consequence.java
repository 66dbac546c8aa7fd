// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import org.jvnet.localizer.Localizable;

/** What becomes of a build when an image is there, or is not. */
public enum Consequence {
    GO_ON(Messages._Consequence_goOn()),
    NOT_BUILT(Messages._Consequence_notBuilt()),
    FAILURE(Messages._Consequence_failure());

    private final Localizable text;

    Consequence(Localizable text) {
        this.text = text;
    }

    /** For a form. */
    public String getText() {
        return text.toString();
    }
}
