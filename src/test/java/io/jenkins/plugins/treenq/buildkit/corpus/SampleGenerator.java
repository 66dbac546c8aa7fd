// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Generates reproducible samples from a seed and a number. A few hundred samples contain every kind of entry. */
final class SampleGenerator {
    /** The time to which all later times are rewritten. */
    static final long EPOCH = 1_700_000_000;

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    /** The command with which a build step lists the files of the context, which are copied or mounted. */
    private static final String LIST = String.join(
            " ",
            "RUN --mount=type=bind,target=/context cd /context && {",
            "find . ! -type d -exec stat -c '%N %f %s %Y %h' {} + | sort;",
            "find . -type d -exec stat -c '%n %f' {} + | sort;",
            "find . -type f -exec sha256sum {} + | sort; } > /list 2>&1");

    private final RandomChoices chance;
    private final PatternGenerator patterns;
    /** The percentage of COPY instructions that copy the whole context; the others often name an ignored file. */
    private int whole = 30;

    private SampleGenerator(RandomChoices chance, TreeGenerator tree) {
        this.chance = chance;
        this.patterns = new PatternGenerator(chance, tree.names(), tree.things());
    }

    static Sample sample(long seed, int number) {
        RandomChoices chance = new RandomChoices(seed, number);
        TreeGenerator tree = new TreeGenerator(chance, number);
        return new SampleGenerator(chance, tree).sample(number, tree.things());
    }

    private Sample sample(int number, List<SampleEntry> things) {
        Sample.Place place = chance.percent(60) ? Sample.Place.IN_CONTEXT : chance.pick(Sample.Place.values());
        List<String> ignores = chance.percent(60) ? patterns.ignores() : null;
        List<String> named = chance.percent(15) ? patterns.ignores() : null;
        if (ignores != null || named != null) {
            whole = 88;
        }
        return new Sample(number, place, List.copyOf(things), ignores, named, steps());
    }

    private List<String> steps() {
        List<String> steps = new ArrayList<>();
        boolean listing = chance.percent(8);
        if (listing) {
            steps.add("FROM busybox AS seen");
            steps.add(LIST);
        }
        boolean stages = chance.percent(25);
        if (stages) {
            steps.add("FROM scratch AS one");
            IntStream.rangeClosed(0, chance.below(2)).forEach(i -> steps.add(copy("/from" + i + "/")));
        }
        steps.add("FROM scratch");
        if (listing) {
            steps.add("COPY --from=seen /list /list");
        }
        if (stages) {
            steps.add(chance.pick(
                    "COPY --from=one / /of-one/", "COPY --from=one --link / /", "COPY --from=one /from0/ /of-one/"));
        }
        IntStream.rangeClosed(0, chance.pick(0, 0, 1, 2)).forEach(i -> steps.add(copy("/to" + i + "/")));
        return List.copyOf(steps);
    }

    private String copy(String to) {
        List<String> words = new ArrayList<>();
        if (chance.percent(whole)) {
            words.add(chance.pick(".", "./", "/", "*"));
        } else {
            IntStream.rangeClosed(0, chance.pick(0, 0, 1, 2)).forEach(i -> words.add(patterns.source()));
        }
        words.add(to);
        boolean plain = words.stream().allMatch(word -> word.matches("[\\w./*?\\[\\]{}-]+"));
        return (chance.percent(90) ? "COPY " : "ADD ")
                + flags()
                + (plain && chance.percent(50) ? String.join(" ", words) : JSON.toJson(words));
    }

    private String flags() {
        return switch (chance.below(30)) {
            case 0 -> "--chmod=" + chance.pick("0755", "4711", "0") + " ";
            case 1 -> "--chown=1:2 ";
            case 2 -> "--link ";
            // Old versions do not know these.
            case 3 -> chance.percent(50) ? "--parents " : "";
            case 4 -> chance.percent(50) ? "--exclude=" + chance.pick("*.log", "a", "**/x") + " " : "";
            default -> "";
        };
    }
}
