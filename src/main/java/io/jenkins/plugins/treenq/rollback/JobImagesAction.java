// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Failure;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import hudson.util.LogTaskListener;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.report.JobImages;
import io.jenkins.plugins.treenq.run.FailureText;
import io.jenkins.plugins.treenq.run.RegistryImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;
import org.kohsuke.stapler.verb.POST;

/**
 * The images that the last builds of a job have tagged, on the job's page and in the REST API. A user can roll the tags
 * back to each of these images.
 */
@ExportedBean
public final class JobImagesAction implements Action {
    private static final Logger LOGGER = Logger.getLogger(JobImagesAction.class.getName());

    private static final int IMAGES = 100;
    private static final int SUMMARY = 5;

    /** The length of a short digest: the colon and twelve digits, as Docker shows them. */
    private static final int BRIEF = 13;

    private final Job<?, ?> job;

    JobImagesAction(Job<?, ?> job) {
        this.job = job;
    }

    public Job<?, ?> getJob() {
        return job;
    }

    /**
     * Returns the images of the last builds, the newest first. An image that several builds gave the same tag is listed
     * once.
     */
    @Exported
    public List<TaggedImage> getImages() {
        List<JobImages.Tagged> taggings = JobImages.of(job).read();
        Map<String, String> current = current(taggings);
        Set<List<String>> seen = new HashSet<>();
        List<TaggedImage> images = new ArrayList<>();
        for (JobImages.Tagged tagging : taggings) {
            String digest = tagging.getDigest();
            if (images.size() < IMAGES && seen.add(List.of(tagging.getTag(), digest))) {
                images.add(new TaggedImage(tagging, digest.equals(current.get(tagging.getTag()))));
            }
        }
        return images;
    }

    /** Returns the images grouped by tag. The tag that was set last comes first. */
    public List<TagHistory> getTags() {
        Map<String, List<TaggedImage>> byTag = new LinkedHashMap<>();
        getImages().forEach(image -> byTag.computeIfAbsent(image.getTag(), tag -> new ArrayList<>())
                .add(image));
        return byTag.values().stream()
                .map(images -> {
                    TaggedImage latest = images.stream()
                            .filter(TaggedImage::isCurrent)
                            .findFirst()
                            .orElse(images.get(0));
                    return new TagHistory(
                            latest,
                            images.stream().filter(image -> image != latest).toList());
                })
                .toList();
    }

    /** Returns the images that the newest tags point to, according to the job's own records. */
    public List<TaggedImage> getCurrent() {
        return getImages().stream()
                .filter(TaggedImage::isCurrent)
                .limit(SUMMARY)
                .toList();
    }

    /** Returns the time since the timestamp as a text for the page. */
    public String since(long timestamp) {
        return Util.getTimeSpanString(System.currentTimeMillis() - timestamp);
    }

    /** Returns the timestamp as a date, which the page shows in the time zone of the user. */
    public Date date(long timestamp) {
        return new Date(timestamp);
    }

    /** Returns a short form of a digest, which is long enough to distinguish it from others. */
    public String brief(String digest) {
        return digest.substring(0, digest.indexOf(':') + BRIEF);
    }

    /** Returns the rollbacks, the newest first. */
    @Exported
    public List<Rollback> getRollbacks() {
        return new RollbackLog(job).read();
    }

    public boolean isPermitted() {
        return job.hasPermission(Item.BUILD);
    }

    public Api getApi() {
        return new Api(this);
    }

    /**
     * Starts a rollback, which sets a tag to one of the images again, with the credentials that the build used. The
     * page shows the result.
     *
     * @throws Failure if the image is not one of the job's, or if another rollback of the tag is running
     */
    @POST
    public HttpResponse doRollBack(
            @QueryParameter(required = true) String tag, @QueryParameter(required = true) String digest)
            throws IOException {
        job.checkPermission(Item.BUILD);
        // Only the listed images are accepted, because these credentials must not be used for anything else.
        List<TaggedImage> images = getImages();
        TaggedImage image = images.stream()
                .filter(each -> each.is(tag, digest))
                .findFirst()
                .orElseThrow(() -> new Failure(Messages.JobImagesAction_notThere(tag, digest)));
        Run<?, ?> run = job.getBuildByNumber(image.getNumber());
        BuiltImage built =
                built(run, image).orElseThrow(() -> new Failure(Messages.JobImagesAction_notThere(tag, digest)));
        RollbackLog log = new RollbackLog(job);
        TaggedImage from = images.stream()
                .filter(each -> each.isCurrent() && each.getTag().equals(tag))
                .findFirst()
                .orElse(null);
        Rollback rollback =
                Rollback.begin(image, from, Jenkins.getAuthentication2().getName());
        if (!log.begin(rollback)) {
            throw new Failure(Messages.JobImagesAction_underWay(tag));
        }
        try {
            new RegistryImages(run, new LogTaskListener(LOGGER, Level.FINE))
                    .tag(ImageName.parse(tag), new Digest(digest), built.getCredentialsId())
                    .whenComplete((done, failure) -> log.end(ended(rollback, failure)));
        } catch (AbortException e) {
            log.end(ended(rollback, e));
            throw new Failure(e.getMessage());
        } catch (RuntimeException | Error e) {
            log.end(ended(rollback, e));
            throw e;
        }
        return HttpResponses.redirectTo(".");
    }

    private Rollback ended(Rollback rollback, @CheckForNull Throwable failure) {
        LOGGER.log(
                Level.INFO,
                failure instanceof AbortException ? null : failure,
                () -> rollback.getUserId() + " rolled "
                        + rollback.getTag() + " of " + job.getFullName() + " back to " + rollback.getDigest()
                        + (failure == null ? "" : ", which failed: " + failure.getMessage()));
        return failure == null
                ? rollback.ended(Rollback.State.DONE, null)
                : rollback.ended(Rollback.State.FAILED, FailureText.of(failure));
    }

    /**
     * Returns the image from the record of the run. The file of the job's images is not trusted for this, because it
     * only serves the page.
     */
    private static Optional<BuiltImage> built(@CheckForNull Run<?, ?> run, TaggedImage image) {
        ImagesAction action = run == null ? null : run.getAction(ImagesAction.class);
        return action == null
                ? Optional.empty()
                : action.getImages().stream()
                        .filter(each -> each.isTagged()
                                && image.getDigest().equals(each.getDigest())
                                && each.getTags().contains(image.getTag()))
                        .findFirst();
    }

    /** Returns the digest that was last set for each tag. */
    private Map<String, String> current(List<JobImages.Tagged> taggings) {
        record Event(String tag, String digest, long timestamp) {}
        return Stream.concat(
                        taggings.stream().map(each -> new Event(each.getTag(), each.getDigest(), each.getTimestamp())),
                        getRollbacks().stream()
                                .filter(Rollback::isDone)
                                .map(each -> new Event(each.getTag(), each.getDigest(), each.getTimestamp())))
                .sorted(Comparator.comparingLong(Event::timestamp))
                .collect(Collectors.toMap(Event::tag, Event::digest, (earlier, later) -> later));
    }

    @Override
    public String getIconFileName() {
        return "symbol-image-layers plugin-treenq-build";
    }

    @Override
    public String getDisplayName() {
        return Messages.JobImagesAction_displayName();
    }

    @Override
    public String getUrlName() {
        return "treenq";
    }
}
