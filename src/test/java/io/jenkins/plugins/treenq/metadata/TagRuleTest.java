// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares parsed rules with docker/metadata-action; the inputs and values are those of its tests. */
class TagRuleTest {
    static Stream<JsonObject> rules() {
        return Cases.of("TagRuleTest.json");
    }

    static Stream<JsonObject> lists() {
        return Cases.of("TagRulesTest.json");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void rulesAreParsedLikeInTheAction(JsonObject rule) {
        String text = Cases.text(rule, "rule");
        if (Cases.isInvalid(rule)) {
            String message = assertThrows(
                            InvalidRuleException.class, () -> TagRule.parse(text, UnaryOperator.identity()))
                    .getMessage();
            assertTrue(message.contains(text), message);
            assertFalse(message.contains("\n"), message);
            return;
        }
        assertRule(rule, TagRule.parse(text, UnaryOperator.identity()));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void theRuleWithTheHighestPriorityIsFirst(JsonObject list) {
        List<TagRule> rules = TagRule.parse(Cases.texts(list, "rules"), UnaryOperator.identity());

        List<JsonElement> expected = list.getAsJsonArray("expected").asList();
        assertEquals(expected.size(), rules.size());
        for (int i = 0; i < rules.size(); i++) {
            JsonObject rule = expected.get(i).getAsJsonObject();
            rule.add("attributes", rule.has("attrs") ? rule.remove("attrs") : rule.get("attributes"));
            assertRule(rule, rules.get(i));
        }
    }

    private static void assertRule(JsonObject expected, TagRule rule) {
        assertEquals(Cases.text(expected, "type"), rule.type().toString());
        Map<String, String> attributes = new TreeMap<>(rule.attributes());
        assertEquals(Cases.textMap(expected.getAsJsonObject("attributes")), attributes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type=sha,fromat=long | no attribute 'fromat'",
                "type=sha,priority=high | priority is a whole number",
                "type=match,pattern=v(.* | is not a valid regular expression",
                "type=match,pattern=(?:(?:){100000}){100000} | repeats too much",
                "type=match,pattern=/v(.*)/x | not 'x'",
                "type=match,pattern=\\Qv | \\Q",
                "type=match,pattern=(?x)((a) {9}) | the flag x",
                "type=match,pattern=[a[b]] | within a class",
                "type=match,pattern=[a&&b] | within a class",
                "type=match,pattern=[]a] | a class that begins with ]",
                "type=match,\"pattern=((((a{30}){30}){30}){30}){30}\" | repeats too much",
                "type=match,pattern=(a{1000}[)]{1000}){1000} | repeats too much",
                "type=match,pattern=(?:[^]()]{50}[[:alpha:])]){50} | repeats too much",
                "type=match,pattern=v,group= | group is",
                "type=semver,pattern={{version}},match=[ | is not a valid regular expression",
                "type=semver,pattern={{versoin}} | {{versoin}}",
                "type=semver,pattern={{version | not closed",
                "type=semver,pattern={{branch}} | The available expressions are: major, minor, patch, raw, version",
                "type=raw,value={{#if branch}}x{{/if}} | {{#if branch}}",
                "type=raw,value={{branch 'x'}} | takes no arguments",
                "type=raw,value={{date}} | {{date 'FORMAT'}}",
                "type=raw,value={{date YYYY 'x'}} | {{date 'FORMAT'}}",
                "type=raw,value={{date 'YYYY' zone='UTC'}} | {{date 'FORMAT'}}",
                "type=raw,value={{date 'YYYY' tz='Moon/Crater'}} | 'Moon/Crater'",
                "type=schedule,pattern={{branch}} | date and commit_date",
                "type=raw,\"value=x | not closed",
                "type=raw,\"value=x\"y | must be followed by a comma",
                "type=raw,value=\"x\" | in the middle of a field",
            })
    void invalidRulesAreReportedInOneLine(String rule, String expected) {
        String message = assertThrows(InvalidRuleException.class, () -> TagRule.parse(rule, UnaryOperator.identity()))
                .getMessage();

        assertTrue(message.contains(expected), message);
        assertFalse(message.contains("\n"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "abc ; 3",
                "a{3}b ; 4",
                "(ab){3} ; 9",
                "(a{2}|b{1,5}){3,} ; 27",
                "[)(]{4}\\(x ; 6",
                "a{x}{2 ; 6",
                "[^]]+[[:alpha:]] ; 2"
            })
    void repetitionsCountTowardsTheSizeOfAnExpression(String expression, long size) {
        assertEquals(size, new ExpressionSize(expression).value());
    }

    /** These expressions try all alternatives without reading a character of the text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(|)",
                "()?",
                "()??",
                "(?:a|)?",
                "(a?)?",
                "(?:|[x\\c]]?)",
                "(?:|\\p{L}?)",
                "(?:|\\x41?)",
                "(?:|\\u0041?)",
                "(?:|\\uD83D\\uDE00?)",
                "(?:|\uD83D\uDE00?)",
                "(?:^|\\b)",
                "(?:(?=a)|(?!a))",
                "(?:(?>a?)|)",
                "(?:\\1|)",
            })
    void partsThatCanMatchNothingAreLimited(String part) {
        String message = assertThrows(
                        InvalidRuleException.class, () -> RuleExpression.of("()" + part.repeat(16) + "x", "rule"))
                .getMessage();

        assertTrue(message.contains("can match nothing"), message);
        RuleExpression.of("()" + part.repeat(2) + "x", "rule");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?:(|){2}){10}",
                "(|){0,60}x",
                "((|)+|)+(((|)+|)+|)+((|)+|)+x",
                "(a(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)x)+",
                "(?=(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)x)",
                "(?<=(?:|a{600})(?<=(?:|a{600})z))",
            })
    void nestedPartsThatCanMatchNothingAreLimited(String expression) {
        assertThrows(InvalidRuleException.class, () -> RuleExpression.of(expression, "rule"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(alpha|beta|rc)\\.?(\\d*))?(?:\\+(.*))?$",
                "(?:(?:alpha|beta|gamma)-?){1,20}(?:(?:one|two|three|four)[._-]?)*x",
                "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)"
                        + "(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
                        + "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$",
                "(?<=v)\\d+\\.\\d+(?=-|$)",
                "[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?\\d{1,30}",
            })
    void commonExpressionsAreAllowed(String expression) {
        RuleExpression.of(expression, "rule");
    }

    /** Only the rule itself has attributes and expressions; the value of a variable is text. */
    @Test
    void theValueOfAVariableIsNotParsed() {
        UnaryOperator<String> variables = text -> text.replace("$X", "x,value=latest,priority=9=\"{{sha}}");

        TagRule rule = TagRule.parse("type=edge,branch=$X", variables);

        assertEquals("x,value=latest,priority=9=\"{{sha}}", rule.get("branch"));
        assertEquals("$X", TagRule.parse("type=raw,$X", variables).get("value"));
        assertEquals("$X", TagRule.parse("type=match,pattern=$X", variables).get("pattern"));
        assertEquals(
                "$X",
                TagRule.parse("type=semver,pattern={{raw}},match=$X", variables).get("match"));
    }

    @ParameterizedTest
    @CsvSource({"4097", "1000000"})
    void theLengthOfARuleIsLimited(int length) {
        String rule = "type=raw,value=" + "x".repeat(length);

        assertThrows(InvalidRuleException.class, () -> TagRule.parse(rule, UnaryOperator.identity()));
    }
}
