// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.AbortException;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Failure;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import hudson.util.LogTaskListener;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.run.RegistryImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

/** What a job's last builds have put under tags, on the job's page and in REST, each to be rolled back to. */
@ExportedBean
public final class JobImagesAction implements Action {
    private static final Logger LOGGER = Logger.getLogger(JobImagesAction.class.getName());

    private static final int BUILDS = 30;
    private static final int IMAGES = 100;
    private static final int SUMMARY = 5;

    /** The colon and twelve digits, as docker shows them. */
    private static final int BRIEF = 13;

    private final Job<?, ?> job;

    JobImagesAction(Job<?, ?> job) {
        this.job = job;
    }

    public Job<?, ?> getJob() {
        return job;
    }

    /** Of the last builds, the newest first; what is under a tag in several builds is said once. */
    @Exported
    public List<TaggedImage> getImages() throws IOException {
        List<Tagging> taggings = taggings();
        Map<String, String> current = current(taggings);
        Set<List<String>> said = new HashSet<>();
        List<TaggedImage> images = new ArrayList<>();
        for (Tagging tagging : taggings) {
            String digest = tagging.image.getDigest();
            if (images.size() < IMAGES && said.add(List.of(tagging.tag, digest))) {
                images.add(new TaggedImage(
                        tagging.tag, tagging.image, tagging.run, digest.equals(current.get(tagging.tag))));
            }
        }
        return images;
    }

    /** What the newest tags stand for now, as far as the job knows. */
    public List<TaggedImage> getCurrent() throws IOException {
        return getImages().stream().filter(TaggedImage::isCurrent).limit(SUMMARY).toList();
    }

    /** For a person. */
    public String since(long timestamp) {
        return Util.getTimeSpanString(System.currentTimeMillis() - timestamp);
    }

    /** The same to the second. */
    public Date date(long timestamp) {
        return new Date(timestamp);
    }

    /** As much of a digest as tells it from others. */
    public String brief(String digest) {
        return digest.substring(0, digest.indexOf(':') + BRIEF);
    }

    /** The newest first. */
    @Exported
    public List<Rollback> getRollbacks() throws IOException {
        return new RollbackLog(job).read();
    }

    public boolean isPermitted() {
        return job.hasPermission(Item.BUILD);
    }

    public Api getApi() {
        return new Api(this);
    }

    /** Puts one of the images under its tag again, with the credentials that the build had for it. */
    @POST
    public HttpResponse doRollBack(@QueryParameter(required = true) String tag, @QueryParameter(required = true) String digest)
            throws IOException, InterruptedException {
        job.checkPermission(Item.BUILD);
        // Nothing else may be done with these credentials.
        TaggedImage image = getImages().stream()
                .filter(each -> each.is(tag, digest))
                .findFirst()
                .orElseThrow(() -> new Failure(Messages.JobImagesAction_notThere(tag, digest)));
        try {
            new RegistryImages(image.getRun(), new LogTaskListener(LOGGER, Level.FINE))
                    .tag(image.name(), image.content(), image.credentialsId());
        } catch (AbortException e) {
            throw new Failure(e.getMessage());
        }
        String user = Jenkins.getAuthentication2().getName();
        new RollbackLog(job).add(new Rollback(image, user, System.currentTimeMillis()));
        LOGGER.info(() -> user + " rolled " + tag + " of " + job.getFullName() + " back to " + digest);
        return HttpResponses.redirectTo(".");
    }

    private record Tagging(String tag, BuiltImage image, Run<?, ?> run) {}

    private List<Tagging> taggings() {
        List<Tagging> taggings = new ArrayList<>();
        for (Run<?, ?> run : job.getBuilds().limit(BUILDS)) {
            ImagesAction action = run.getAction(ImagesAction.class);
            if (action != null) {
                action.getImages().stream()
                        .filter(BuiltImage::isTagged)
                        .forEach(image -> image.getTags().forEach(tag -> taggings.add(new Tagging(tag, image, run))));
            }
        }
        taggings.sort(Comparator.comparingLong((Tagging tagging) -> tagging.image.getTimestamp())
                .reversed());
        return taggings;
    }

    /** By tag, the digest that was put there last. */
    private Map<String, String> current(List<Tagging> taggings) throws IOException {
        record Event(String tag, String digest, long timestamp) {}
        return Stream.concat(
                        taggings.stream()
                                .map(each -> new Event(each.tag, each.image.getDigest(), each.image.getTimestamp())),
                        getRollbacks().stream()
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
