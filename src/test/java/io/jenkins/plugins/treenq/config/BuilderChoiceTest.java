// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.AbortException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuilderChoiceTest {
    private final BuildkitBuilder usual = new BuildkitBuilder("usual", "tcp://a:1");
    private final BuildkitBuilder arm = new BuildkitBuilder("arm", "tcp://b:1");
    private final BuildkitBuilder other = new BuildkitBuilder("other", "tcp://c:1");

    private BuilderChoice choice = new BuilderChoice(List.of(usual, arm, other), null);

    BuilderChoiceTest() {
        arm.setPlatforms(List.of("linux/arm64"));
    }

    @Test
    void theNamedBuilderIsUsed() throws Exception {
        assertEquals(other, choice.choose("other", List.of()));
    }

    @Test
    void withoutANameTheDefaultOrFirstBuilderIsUsed() throws Exception {
        assertEquals(usual, choice.choose(null, List.of()));

        choice = new BuilderChoice(choice.builders(), "arm");
        assertEquals(arm, choice.choose(null, List.of()));
    }

    @Test
    void aMissingBuilderIsReportedWithTheExistingOnes() {
        assertRefused("builder 'x' is not configured; the configured builders are 'usual', 'arm', 'other'", "x");
        choice = new BuilderChoice(choice.builders(), "gone");
        assertRefused(
                "the default builder 'gone' is not configured; the configured builders are 'usual', 'arm', 'other'",
                null);
        choice = new BuilderChoice(List.of(), null);
        assertRefused(
                "no builder is configured; ask an administrator to add one in Manage Jenkins » System » Treenq Build",
                null);
        choice = new BuilderChoice(List.of(), "gone");
        assertRefused(
                "no builder is configured; ask an administrator to add one in Manage Jenkins » System » Treenq Build",
                "x");
    }

    @Test
    void anotherBuilderWithThePlatformsReplacesADrainingDefault() throws Exception {
        usual.setDraining(true);

        assertEquals(other, choice.choose(null, List.of()));
        assertEquals(arm, choice.choose(null, List.of("linux/arm64")));
        assertRefused(
                "builder 'usual' is draining and takes no new builds; name another builder, or omit builder to "
                        + "use a suitable one",
                "usual");
        other.setDraining(true);
        assertRefused(
                "no builder is suitable: 'usual' is draining and takes no new builds, 'arm' is for other platforms than"
                        + " 'usual', 'other' is draining and takes no new builds",
                null);
    }

    @Test
    void aPlatformWithoutAVersionIncludesAllVersions() throws Exception {
        usual.setPlatforms(List.of("linux/amd64", "windows(10.0.20348)/amd64"));
        arm.setPlatforms(List.of("windows/amd64"));
        other.setPlatforms(List.of("linux/amd64"));
        assertEquals(usual, choice.choose(null, List.of("windows(10.0.20348)/amd64")));
        assertEquals(arm, choice.choose(null, List.of("windows(10.0.17763)/amd64")));
        assertEquals(arm, choice.choose(null, List.of("windows/amd64")));
    }

    @Test
    void aRunningBuildKeepsItsDrainingBuilder() throws Exception {
        usual.setDraining(true);

        assertEquals(usual, choice.named("usual"));
    }

    @Test
    void aBuilderIsSelectedByItsPlatforms() throws Exception {
        usual.setPlatforms(List.of("linux/amd64\nlinux/386"));
        choice = new BuilderChoice(List.of(usual, arm), null);

        assertEquals(usual, choice.choose(null, List.of()));
        assertEquals(usual, choice.choose(null, List.of("linux/386", "linux/amd64")));
        assertEquals(arm, choice.choose(null, List.of("linux/arm64")));
        assertRefused(
                "builder 'arm' builds for linux/arm64, not for linux/amd64; name another builder, or omit "
                        + "builder to use a suitable one",
                "arm",
                "linux/amd64");
        assertRefused(
                "no builder is suitable: 'usual' builds for linux/amd64, linux/386, not for linux/amd64, linux/arm64,"
                        + " 'arm' builds for linux/arm64, not for linux/amd64, linux/arm64",
                null,
                "linux/amd64",
                "linux/arm64");
    }

    private void assertRefused(String message, String name, String... platforms) {
        assertEquals(
                message,
                assertThrows(AbortException.class, () -> choice.choose(name, List.of(platforms)))
                        .getMessage());
    }
}
