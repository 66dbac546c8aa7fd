// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import org.jvnet.localizer.Localizable;

/** How a freestyle build continues if an image exists, or if it does not exist. */
public enum ResultHandling {
    GO_ON(Messages._ResultHandling_goOn()),
    NOT_BUILT(Messages._ResultHandling_notBuilt()),
    FAILURE(Messages._ResultHandling_failure());

    private final Localizable text;

    ResultHandling(Localizable text) {
        this.text = text;
    }

    /** Returns the text for the form. */
    public String getText() {
        return text.toString();
    }
}
