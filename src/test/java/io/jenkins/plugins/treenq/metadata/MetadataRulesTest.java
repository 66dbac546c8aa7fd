// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the results of the rules with those of docker/metadata-action. The inputs and values of the first test are
 * from the action's tests; for 200 other inputs, the values were recorded from the action.
 */
class MetadataRulesTest {
    private static final Instant DATE = Instant.parse("2020-01-10T00:30:00Z");
    private static final String COMMIT = "860c1904a1ce19322e91ac35af1ab07466440c37";

    /** The repository that the action's tests run in. */
    private static final Repository HELLO_WORLD = new Repository(
            "Hello-World",
            "This your first repo!",
            "https://github.com/octocat/Hello-World",
            "https://github.com/octocat/Hello-World",
            "MIT",
            "master");

    /** If a value is unknown, the action writes an empty label, which overwrites the label of the Dockerfile. */
    private static final Pattern NOTHING_KNOWN =
            Pattern.compile("(.*:)?org\\.opencontainers\\.image\\.(revision|version)=");

    static Stream<JsonObject> builds() {
        return Stream.concat(Cases.of("MetadataRulesTest.json"), Cases.of("FurtherMetadataRulesTest.json"));
    }

    @ParameterizedTest
    @MethodSource("builds")
    void theResultsEqualThoseOfTheAction(JsonObject build) {
        JsonObject expected = build.getAsJsonObject("expected");

        ImageMetadata metadata = MetadataRules.builder()
                .images(Cases.texts(build, "images"))
                .tags(Cases.texts(build, "rules"))
                .flavor(Cases.texts(build, "flavor"))
                .labels(Cases.texts(build, "labels"))
                .annotations(Cases.texts(build, "annotations"))
                .annotationLevels(Cases.texts(expected, "levels"))
                .build()
                .apply(origin(build));

        assertEquals(Cases.texts(expected, "tags"), metadata.tags());
        if (expected.has("labels")) {
            assertEquals(known(expected, "labels"), assignments(metadata.labels()));
        }
        if (expected.has("leveledAnnotations")) {
            assertEquals(known(expected, "leveledAnnotations"), assignments(metadata.annotationsByLevel()));
        } else if (expected.has("labels")) {
            String ofAnnotations = expected.has("annotations") ? "annotations" : "labels";
            assertEquals(known(expected, ofAnnotations), assignments(metadata.annotations()));
        }
        if (expected.has("tagNames")) {
            assertEquals(Cases.texts(expected, "tagNames"), metadata.tagNames());
        }
        if (expected.has("latest")) {
            List<String> names = new ArrayList<>(Cases.texts(expected, "partial"));
            if (expected.has("main")) {
                names.add(0, Cases.text(expected, "main"));
            }
            int last = expected.get("latest").getAsBoolean() ? 1 : 0;
            assertEquals(
                    names, metadata.tagNames().subList(0, metadata.tagNames().size() - last));
        }
        if (expected.has("main") || expected.has("latest")) {
            assertEquals(Cases.text(expected, "main"), metadata.version());
        }
    }

    private static BuildOrigin origin(JsonObject build) {
        return BuildOrigin.at(DATE)
                .ref(Cases.text(build, "ref"))
                .commit(Cases.text(build, "commit"))
                .baseRef(Cases.text(build, "baseRef"))
                .scheduled("schedule".equals(Cases.text(build, "event")))
                .commitDate(DATE)
                .repository(HELLO_WORLD)
                .build();
    }

    private static List<String> known(JsonObject expected, String name) {
        return Cases.texts(expected, name).stream()
                .filter(text -> !NOTHING_KNOWN.matcher(text).matches())
                .toList();
    }

    private static List<String> assignments(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private static List<String> names(BuildOrigin.Builder origin, String... rules) {
        return MetadataRules.builder()
                .tags(List.of(rules))
                .build()
                .apply(origin.build())
                .tagNames();
    }

    private static BuildOrigin.Builder build() {
        return BuildOrigin.at(DATE).commit(COMMIT).repository(HELLO_WORLD);
    }

    @Test
    void unknownValuesCreateNoLabel() {
        ImageMetadata metadata =
                MetadataRules.builder().build().apply(BuildOrigin.at(DATE).build());

        assertEquals(Map.of("org.opencontainers.image.created", "2020-01-10T00:30:00.000Z"), metadata.labels());
        assertEquals(metadata.labels(), metadata.annotations());
        assertNull(metadata.version());
        assertThat(metadata.tags(), empty());
    }

    /** The name of a branch is neither a template nor HTML. */
    @Test
    void namesOfBranchesAreNotParsed() {
        assertThat(names(build().ref("refs/heads/{{sha}}&<x>"), "of{{branch}}"), contains("of-sha-x-"));
    }

    /** In a freestyle job, the name of a pushed branch is the value of a variable. */
    @Test
    void valuesOfVariablesAreNotParsed() {
        String pushed = "x,value=latest,enable=false={{sha}}";

        ImageMetadata metadata = MetadataRules.builder()
                .images(List.of("name=$B,enable=true"))
                .tags(List.of("type=raw,value=$B", "type=raw,prefix=$B-,value=y", "$B"))
                .flavor(List.of("latest=false,suffix=-$B,onlatest=false"))
                .labels(List.of("of=$B", "$B=z"))
                .annotationLevels(List.of("index"))
                .variables(text -> text.replace("$B", pushed))
                .build()
                .apply(build().ref("refs/heads/main").build());

        String tag = "x-value-latest-enable-false-sha-";
        assertThat(
                metadata.tagNames(), contains(tag + "-" + tag.substring(0, tag.length() - 1) + "-", tag + "-y-" + tag));
        assertEquals(pushed, metadata.labels().get("of"));
        assertEquals("z", metadata.labels().get(pushed));
        assertEquals(pushed + ":" + metadata.version(), metadata.tags().get(0));
    }

    @Test
    void anEmptyVariableIsReplacedByTheGitTagAndCreatesNoImageTag() {
        ImageMetadata metadata = MetadataRules.builder()
                .tags(List.of("type=semver,pattern={{version}},value=$NONE", "$NONE"))
                .variables(text -> text.replace("$NONE", ""))
                .build()
                .apply(build().ref("refs/tags/v1.2.3").build());

        assertThat(metadata.tagNames(), contains("1.2.3", "latest"));
    }

    /** As in docker/metadata-action, the whole version is used if the expression does not match. */
    @Test
    void theWholeVersionIsUsedWithAWarningIfTheExpressionDoesNotMatch() {
        ImageMetadata metadata = MetadataRules.builder()
                .tags(List.of("type=semver,pattern={{version}},match=x(.*)"))
                .build()
                .apply(build().ref("refs/tags/v1.2.3").build());

        assertThat(metadata.tagNames(), contains("1.2.3", "latest"));
        assertThat(
                metadata.warnings(),
                contains("The rule 'type=semver,pattern={{version}},match=x(.*)' uses all of 'v1.2.3' as the"
                        + " version, because 'x(.*)' does not match it."));
    }

    @CsvSource({"{{base_ref}}-x", ".hidden", "-x", "123456789-"})
    @ParameterizedTest
    void anInvalidTagIsReportedWithItsRule(String rule) {
        String rules = rule.startsWith("1") ? rule.repeat(13) : rule;

        String message = assertThrows(InvalidRuleException.class, () -> names(build().ref("refs/heads/x"), rules))
                .getMessage();

        assertThat(message, containsString(rules));
        assertThat(message, containsString("at most 128 characters"));
    }

    /** The value comes from an expression, so it is known only when the rules are applied. */
    @Test
    void enableMustBeTrueOrFalse() {
        String message = assertThrows(
                        InvalidRuleException.class,
                        () -> names(build().ref("refs/heads/x"), "type=raw,value=x,enable={{branch}}"))
                .getMessage();

        assertEquals("enable is true or false, and not 'x', as in 'type=raw,value=x,enable={{branch}}'.", message);
    }

    @Test
    void aTagThatIsNotAVersionCausesAWarning() {
        ImageMetadata metadata = MetadataRules.builder()
                .tags(List.of(
                        "type=semver,pattern={{version}}", "type=pep440,pattern={{version}}", "type=match,pattern=\\d"))
                .build()
                .apply(build().ref("refs/tags/some").build());

        assertThat(metadata.tags(), empty());
        assertThat(
                metadata.warnings(),
                contains(
                        containsString("'some' is not a semantic version"),
                        containsString("'some' is not a PEP 440 version"),
                        containsString("does not match 'some'")));
    }

    @Test
    void aMissingGroupCausesAWarning() {
        ImageMetadata metadata = MetadataRules.builder()
                .tags(List.of(
                        "type=match,pattern=v(x)?(\\d),group=1",
                        "type=match,pattern=v,group=7",
                        "type=semver,pattern={{version}},match=v"))
                .build()
                .apply(build().ref("refs/tags/v1").build());

        assertThat(metadata.tags(), empty());
        assertThat(
                metadata.warnings(),
                contains(
                        containsString("no group 1 in 'v1'"),
                        containsString("no group 1 in 'v1'"),
                        containsString("no group 7 in 'v1'")));
    }

    @Test
    void withTheGlobalFlagAGroupSelectsAMatch() {
        assertThat(
                names(build().ref("refs/tags/A1-a2"), "type=match,pattern=/a(\\d)/gi,group=1"),
                contains("a2", "latest"));
        assertThat(
                names(build().ref("refs/tags/A1-a2"), "type=match,pattern=/a(\\d)/,group=1"), contains("2", "latest"));
    }

    /** The first expression takes exponential time, the second uses the stack for each character. */
    @ParameterizedTest
    @CsvSource({"^(?:(a+)+\\1?)+$, 40", "^(a|b|c)*$, 60000"})
    void theWorkOfAnExpressionIsLimited(String expression, int length) {
        BuildOrigin.Builder tag = build().ref("refs/tags/" + "a".repeat(length) + "!");

        String message = assertThrows(InvalidRuleException.class, () -> names(tag, "type=match,pattern=" + expression))
                .getMessage();

        assertThat(message, containsString("takes too long for 'aaa"));
    }

    @Test
    void theLengthOfAShortCommitIsConfigurable() {
        assertThat(
                names(build().shortCommitLength(12), "type=sha", "{{sha}}"),
                contains("860c1904a1ce", "sha-860c1904a1ce"));
        assertThat(names(build().shortCommitLength(100), "{{sha}}"), contains(COMMIT));
        assertThrows(InvalidRuleException.class, () -> build().shortCommitLength(0));
    }

    @Test
    void aMajorVersionOfZeroCanBeOmitted() {
        String[] rules = {
            "type=semver,pattern={{version}}",
            "type=semver,pattern={{major}}.{{minor}}",
            "type=semver,pattern={{major}},enable=false"
        };

        assertThat(names(build().ref("refs/tags/v0.1.2"), rules), contains("0.1.2", "0.1", "latest"));
    }

    @Test
    void disabledImagesGetNoTags() {
        ImageMetadata metadata = MetadataRules.builder()
                .images(List.of("name=shop/web,enable=false"))
                .tags(List.of("x"))
                .build()
                .apply(build().build());

        assertThat(metadata.tags(), empty());
        assertThat(metadata.tagNames(), contains("x"));
    }

    @Test
    void labelsCanHaveExpressionsAndLinesAndOverrideDefaults() {
        ImageMetadata metadata = MetadataRules.builder()
                .labels(List.of("of={{branch}}=a\nb", "org.opencontainers.image.title=Shop", "=x", "# nothing"))
                .annotations(List.of("day={{commit_date 'dddd' tz='Asia/Tokyo'}}"))
                .annotationLevels(List.of("manifest, index[linux/arm64]", "index"))
                .build()
                .apply(build().ref("refs/heads/my/x")
                        .commitDate(DATE.plusSeconds(54000))
                        .build());

        assertEquals("my/x=a\nb", metadata.labels().get("of"));
        assertEquals("Shop", metadata.labels().get("org.opencontainers.image.title"));
        assertEquals("Saturday", metadata.annotationsByLevel().get("index[linux/arm64]:day"));
        assertEquals(List.of("manifest", "index[linux/arm64]", "index"), metadata.annotationLevels());
        assertThat(metadata.warnings(), contains(containsString("'=x' is omitted")));
    }

    @Test
    void annotationLevelsAreValidated() {
        MetadataRules.Builder rules = MetadataRules.builder().annotationLevels(List.of("manifest,layers"));

        assertThat(assertThrows(InvalidRuleException.class, rules::build).getMessage(), containsString("'layers'"));
    }
}
