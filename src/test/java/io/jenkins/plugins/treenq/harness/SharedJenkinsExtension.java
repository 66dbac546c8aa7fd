// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.harness;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Failure;
import hudson.model.Node;
import hudson.model.Result;
import hudson.model.TopLevelItem;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import hudson.security.csrf.CrumbIssuer;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import jenkins.model.JenkinsLocationConfiguration;
import org.htmlunit.Cache;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.runner.Description;
import org.jvnet.hudson.test.JenkinsRule;
import org.kohsuke.stapler.Dispatcher;
import org.kohsuke.stapler.MetaClass;
import org.springframework.security.core.context.SecurityContextHolder;

/** Starts one Jenkins for a test class, and restores its state after each test. */
final class SharedJenkinsExtension implements ParameterResolver, AfterEachCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SharedJenkinsExtension.class);

    /** More than the scripts and style sheets of all pages. */
    private static final int CACHE_ENTRIES = 1000;

    private static final int DELETE_ATTEMPTS = 8;

    private static final class ClassRule extends JenkinsRule {
        private final int executors;
        private final CrumbIssuer crumbIssuer;

        /** Has Jenkins' scripts and style sheets, whose parsing takes most of the time of opening a page. */
        private final Cache cache = new Cache() {
            @Override
            public void clear() {
                // A web client does this when it is closed, and the clients of other tests use the cache, too.
            }
        };

        ClassRule(Class<?> tests) {
            // As in production, Jenkins keeps its views, and web clients keep what does not change. The harness
            // switches both off for developers, and each page then takes seconds.
            MetaClass.NO_CACHE = false;
            Dispatcher.TRACE = false;
            cache.setMaxSize(CACHE_ENTRIES);
            testDescription = Description.createSuiteDescription(tests);
            try {
                before();
            } catch (Throwable e) {
                throw new ParameterResolutionException("Jenkins does not start", e);
            }
            executors = jenkins.getNumExecutors();
            crumbIssuer = jenkins.getCrumbIssuer();
        }

        @Override
        public WebClient createWebClient() {
            WebClient client = super.createWebClient();
            client.setCache(cache);
            return client;
        }

        /**
         * Restores the state of Jenkins, and closes the web clients of the test, which would otherwise stay open until
         * Jenkins ends.
         */
        void reset() throws Exception {
            List<WebClient> clients = clients();
            clients.forEach(WebClient::close);
            clients.clear();
            try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
                SharedJenkinsExtension.reset(this);
                jenkins.setNumExecutors(executors);
                jenkins.setCrumbIssuer(crumbIssuer);
            }
        }

        @SuppressWarnings("unchecked")
        private List<WebClient> clients() throws ReflectiveOperationException {
            Field clients = JenkinsRule.class.getDeclaredField("clients");
            clients.setAccessible(true);
            return (List<WebClient>) clients.get(this);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(JenkinsRule.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ClassRule rule = store(context)
                .getOrComputeIfAbsent("jenkins", key -> new ClassRule(context.getRequiredTestClass()), ClassRule.class);
        // The test has the permissions of the system, as with a Jenkins of its own.
        ACL.as2(ACL.SYSTEM2);
        return rule;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        ClassRule rule = store(context).get("jenkins", ClassRule.class);
        if (rule != null) {
            rule.reset();
        }
        SecurityContextHolder.clearContext();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        ClassRule rule = store(context).remove("jenkins", ClassRule.class);
        if (rule != null) {
            rule.after();
        }
    }

    /** The store of the class, so that all of its tests use the same Jenkins. */
    private static ExtensionContext.Store store(ExtensionContext context) {
        ExtensionContext ofClass = context;
        while (ofClass.getTestMethod().isPresent()) {
            ofClass = ofClass.getParent().orElseThrow();
        }
        return ofClass.getStore(NAMESPACE);
    }

    private static void reset(JenkinsRule rule) throws Exception {
        Jenkins jenkins = rule.jenkins;
        jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
        jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        jenkins.getQueue().clear();
        for (Computer computer : jenkins.getComputers()) {
            for (Executor executor : computer.getAllExecutors()) {
                if (executor.isBusy()) {
                    executor.interrupt(Result.ABORTED);
                }
            }
        }
        for (TopLevelItem item : List.copyOf(jenkins.getItems())) {
            deleteUnused(item::delete);
        }
        rule.waitUntilNoActivityUpTo(60_000);
        for (Node node : List.copyOf(jenkins.getNodes())) {
            jenkins.removeNode(node);
        }
        jenkins.setLabelString("");
        jenkins.setMode(Node.Mode.NORMAL);
        jenkins.getGlobalNodeProperties().clear();
        SystemCredentialsProvider credentials = SystemCredentialsProvider.getInstance();
        credentials.setDomainCredentialsMap(Map.of(Domain.global(), List.of()));
        credentials.save();
        reset(TreenqConfiguration.get());
        JenkinsLocationConfiguration.get().setUrl(rule.getURL().toString());
        for (User user : List.copyOf(User.getAll())) {
            user.delete();
        }
        // Jenkins leaves the workspaces of deleted jobs where they are, and a new job of the same name gets the same.
        Path workspaces = jenkins.getRootDir().toPath().resolve("workspace");
        deleteUnused(() -> deleteFolder(workspaces));
    }

    private interface Deletion {
        void delete() throws Exception;
    }

    /**
     * Deletes something that builds may still use. Jenkins waits 15 s for the end of a job's builds and then refuses to
     * delete the job, and may still write to the workspaces of deleted jobs; slow machines need longer.
     */
    private static void deleteUnused(Deletion deletion) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                deletion.delete();
                return;
            } catch (Failure | IOException | UncheckedIOException e) {
                if (attempt == DELETE_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Resets the stored configuration to its defaults. */
    private static void reset(TreenqConfiguration configuration) throws Exception {
        Files.deleteIfExists(Jenkins.get().getRootDir().toPath().resolve(TreenqConfiguration.class.getName() + ".xml"));
        TreenqConfiguration fresh = new TreenqConfiguration();
        for (Field field : TreenqConfiguration.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                field.set(configuration, field.get(fresh));
            }
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
