// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import org.jvnet.localizer.Localizable;

/** The consequence for a freestyle build if an image exists, or if it does not exist. */
public enum Consequence {
    GO_ON(Messages._Consequence_goOn()),
    NOT_BUILT(Messages._Consequence_notBuilt()),
    FAILURE(Messages._Consequence_failure());

    private final Localizable text;

    Consequence(Localizable text) {
        this.text = text;
    }

    /** Returns the text for the form. */
    public String getText() {
        return text.toString();
    }
}
