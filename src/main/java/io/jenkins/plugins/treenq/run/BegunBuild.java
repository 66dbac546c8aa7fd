// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** An image build that goes on by itself. */
public final class BegunBuild {
    private final LiveTimeline timeline;
    private final Image<?> image;

    /**
     * What the build makes.
     *
     * @param result of the work
     * @param image what the result is
     */
    record Image<T>(CompletableFuture<T> result, Function<T, BuiltImage> image) {
        BuiltImage get() throws IOException, InterruptedException {
            return image.apply(Awaited.get(result));
        }
    }

    BegunBuild(LiveTimeline timeline, Image<?> image) {
        this.timeline = timeline;
        this.image = image;
    }

    LiveTimeline timeline() {
        return timeline;
    }

    Image<?> image() {
        return image;
    }

    /** @param then is called once the build is over, whatever became of it; must be quick */
    public void whenOver(Runnable then) {
        image.result().whenComplete((result, failure) -> then.run());
    }

    /** Stops it, and does not wait for that. */
    public void cancel() {
        image.result().cancel(true);
    }
}
