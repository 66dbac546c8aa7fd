// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider.FolderCredentialsProperty;
import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainCredentials;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import hudson.ExtensionList;
import hudson.model.Descriptor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.TaskListener;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.run.Configured;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Compares the responses of all web methods of the plugin, for each role, with a table. */
@SharedJenkins
class WebMethodsTest {
    private static final String PLUGIN = "io.jenkins.plugins.treenq.";

    /** The names of the roles. An anonymous user has no permissions. */
    private static final List<String> ROLES = List.of(
            "anonymous", "reader", "builder", "developer", "neighbour", "owner", "auditor", "manager", "administrator");

    /** Responses that only permitted roles may get: known names, and messages of validations. */
    private static final Pattern TOLD = Pattern.compile("known-|class=.?(error|warning)");

    /** Validations that reject only an empty value. */
    private static final Set<String> REQUIRED =
            Set.of("checkId", "checkDest", "checkName", "checkBucket", "checkRegion");

    private static final Path ANSWERS = Path.of("target/web-methods.txt");

    private JenkinsRule jenkins;
    private Folder folder;
    private FreeStyleProject job;

    /** The web clients by user, because logging in takes longer than all calls. */
    private final Map<String, JenkinsRule.WebClient> clients = new HashMap<>();

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Jenkins.MANAGE.setEnabled(true);
        Jenkins.SYSTEM_READ.setEnabled(true);
        folder = jenkins.createProject(Folder.class, "folder");
        folder.addProperty(new FolderCredentialsProperty(new DomainCredentials[] {
            new DomainCredentials(Domain.global(), List.of(Configured.login("known-in-folder", "user", "password")))
        }));
        Folder other = jenkins.createProject(Folder.class, "other");
        job = folder.createProject(FreeStyleProject.class, "job");
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader", "builder", "developer", "neighbour", "owner", "auditor", "manager")
                .grant(Item.BUILD)
                .everywhere()
                .to("builder")
                .grant(Item.EXTENDED_READ)
                .everywhere()
                .to("developer")
                .grant(Item.CONFIGURE)
                .onFolders(other)
                .to("neighbour")
                .grant(Item.CONFIGURE)
                .onFolders(folder)
                .to("owner")
                .grant(Jenkins.SYSTEM_READ)
                .everywhere()
                .to("auditor")
                .grant(Jenkins.MANAGE)
                .everywhere()
                .to("manager")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("administrator"));
        Configured.add(
                Configured.login("known-login", "user", "password"),
                new DockerServerCredentials(
                        CredentialsScope.GLOBAL,
                        "known-certificate",
                        "",
                        Secret.fromString(Certificates.authority("it").keyPem()),
                        "",
                        ""),
                new BasicSSHUserPrivateKey(
                        CredentialsScope.GLOBAL,
                        "known-key",
                        "git",
                        new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource("key"),
                        "",
                        ""));
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("known-builder", "tcp://localhost:1")));
    }

    @AfterEach
    void end() {
        Jenkins.MANAGE.setEnabled(false);
        Jenkins.SYSTEM_READ.setEnabled(false);
    }

    @Test
    void everyFormMethodIsPostOnly() throws Exception {
        for (FormMethod method : formMethods()) {
            assertEquals(
                    404,
                    call(HttpMethod.GET, method.path(), method.name(), "administrator")
                            .getStatusCode(),
                    method.label());
        }
    }

    @Test
    void everyMethodAnswersTheExpectedRoles() throws Exception {
        StringBuilder table = new StringBuilder(row("", "", ROLES));
        for (FormMethod method : formMethods()) {
            for (Map.Entry<String, String> place : places(method).entrySet()) {
                List<String> answers = new ArrayList<>();
                for (String role : ROLES) {
                    WebResponse answer = call(HttpMethod.POST, place.getValue() + method.path(), method.name(), role);
                    boolean told = TOLD.matcher(answer.getContentAsString()).find();
                    answers.add(answer.getStatusCode() != 200 ? "" + answer.getStatusCode() : told ? "told" : "-");
                }
                table.append(row(place.getKey(), method.label(), answers));
            }
        }
        for (Map.Entry<String, HttpMethod> page : pages().entrySet()) {
            List<String> answers = new ArrayList<>();
            for (String role : ROLES) {
                answers.add(""
                        + call(page.getValue(), job.getUrl() + page.getKey(), "", role)
                                .getStatusCode());
            }
            table.append(row("job", page.getValue() + " " + page.getKey(), answers));
        }

        Files.writeString(ANSWERS, table);

        String expected;
        try (var file = getClass().getResourceAsStream("WebMethodsTest/answers.txt")) {
            expected = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertEquals(
                expected.lines().filter(line -> !line.startsWith("#")).toList(),
                table.toString().lines().toList(),
                "the current table is in " + ANSWERS);
    }

    @Test
    void managersCanNeitherSeeNorChangeTheConfiguration() throws Exception {
        WebResponse form = call(HttpMethod.GET, "manage/configure", "", "manager");
        assertEquals(200, form.getStatusCode());
        assertThat(form.getContentAsString(), not(containsString("known-")));
        JenkinsRule.WebClient manager = client("manager");
        WebRequest submission =
                new WebRequest(new URL(manager.getContextPath() + "manage/configSubmit"), HttpMethod.POST);
        submission.setAdditionalHeader(
                jenkins.jenkins.getCrumbIssuer().getCrumbRequestField(),
                jenkins.jenkins.getCrumbIssuer().getCrumb((jakarta.servlet.ServletRequest) null));
        submission.setRequestParameters(List.of(new NameValuePair(
                "json",
                "{'%s': {'defaultBuilder': 'changed'}}"
                        .formatted(TreenqConfiguration.get().getJsonSafeClassName())
                        .replace('\'', '"'))));

        manager.getPage(submission);

        assertNull(TreenqConfiguration.get().getDefaultBuilder());
        assertEquals(
                "known-builder", TreenqConfiguration.get().getBuilders().get(0).getName());
    }

    @Test
    void theTableContainsAllMethods() {
        List<String> others = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(PLUGIN).stream()
                        .filter(type -> !type.isAssignableTo(Descriptor.class))
                        .flatMap(type -> type.getMethods().stream())
                        .filter(WebMethodsTest::isWebMethod)
                        .map(method -> method.getOwner().getSimpleName() + "." + method.getName())
                        .toList();

        assertThat(
                "their pages are in the table",
                others,
                containsInAnyOrder("ImagesAction.getDynamic", "TimelinePage.doLog", "JobImagesAction.doRollBack"));
        List<JavaClass> exported = new ClassFileImporter()
                .importPackages(PLUGIN).stream()
                        .filter(type -> type.tryGetMethod("getApi").isPresent())
                        .toList();
        assertThat("the table has api/json of each exported class", exported, hasSize(4));
    }

    private static boolean isWebMethod(JavaMethod method) {
        return method.getModifiers().contains(JavaModifier.PUBLIC)
                && method.getName().matches("(do|js)[A-Z].*|getDynamic");
    }

    /** @param label name of the method for messages */
    private record FormMethod(String descriptor, String label, String name) {
        String path() {
            return "descriptorByName/" + descriptor + "/" + name;
        }
    }

    private static List<FormMethod> formMethods() {
        List<FormMethod> methods = new ArrayList<>();
        for (Descriptor<?> descriptor : ExtensionList.lookup(Descriptor.class)) {
            if (!descriptor.clazz.getName().startsWith(PLUGIN)) {
                continue;
            }
            for (Method method : descriptor.getClass().getMethods()) {
                if (method.getName().matches("do[A-Z].*")
                        && method.getDeclaringClass().getName().startsWith(PLUGIN)) {
                    String name = method.getName().substring(2);
                    name = Character.toLowerCase(name.charAt(0)) + name.substring(1);
                    methods.add(
                            new FormMethod(descriptor.getId(), descriptor.clazz.getSimpleName() + "." + name, name));
                }
            }
        }
        methods.sort(Comparator.comparing(FormMethod::label));
        return methods;
    }

    /** The pages on which the method is called: the page of its form, and pages without the form. */
    private Map<String, String> places(FormMethod method) {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("system", "");
        if (method.descriptor().contains(".config.")) {
            places.put("folder", folder.getUrl());
        }
        places.put("job", job.getUrl());
        return places;
    }

    /** Pages without forms: those of a run and a job, the REST API, and rollbacks. */
    private Map<String, HttpMethod> pages() throws Exception {
        FreeStyleBuild run = jenkins.buildAndAssertSuccess(job);
        String tag = "registry.example.com/shop/web:1";
        ImagesAction action = ImagesAction.of(run);
        action.begin("ref", tag, "known-builder");
        action.began(action.beginBake("bake", "default"), Map.of("web", 1));
        DockerfileBuild build =
                DockerfileBuild.builder().tags(List.of(tag)).push(true).build();
        BuildResult result = MetadataFile.of(Map.of("containerimage.digest", "sha256:" + "a".repeat(64)))
                .result("ref", Duration.ofSeconds(1));
        ImageArchive.record(BuiltImage.built(1, result, 0, build, "known-builder"), null, run, TaskListener.NULL);
        Map<String, HttpMethod> pages = new LinkedHashMap<>();
        for (String page : List.of(
                "1/treenq/",
                "1/treenq/api/json",
                "1/treenq/1/",
                "1/treenq/1/api/json",
                "1/treenq/1/log?step=1",
                "1/treenq/2/",
                "1/treenq/bake-1/",
                "1/treenq/bake-1/api/json",
                "1/treenq/bake-2/",
                "1/api/json?depth=5",
                "treenq/",
                "treenq/api/json",
                "treenq/rollBack?tag=a&digest=b")) {
            pages.put(page, HttpMethod.GET);
        }
        // The digest is not one of the job's images, so no registry is queried.
        pages.put("treenq/rollBack", HttpMethod.POST);
        return pages;
    }

    private static String row(String place, String what, List<String> answers) {
        StringBuilder row = new StringBuilder("%-7s%-50s".formatted(place, what));
        answers.forEach(answer -> row.append("%-10s".formatted(answer)));
        return row.toString().stripTrailing() + "\n";
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        JenkinsRule.WebClient client = clients.get(user);
        if (client == null) {
            client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
            client.setJavaScriptEnabled(false);
            if (!user.equals("anonymous")) {
                client.login(user);
            }
            clients.put(user, client);
        }
        return client;
    }

    private WebResponse call(HttpMethod verb, String path, String name, String user) throws Exception {
        JenkinsRule.WebClient client = client(user);
        WebRequest request = new WebRequest(new URL(client.getContextPath() + path), verb);
        if (verb == HttpMethod.POST) {
            request.setRequestParameters(List.of(
                    new NameValuePair("value", REQUIRED.contains(name) ? "" : "../no such thing"),
                    new NameValuePair("name", "x"),
                    new NameValuePair("env", "x"),
                    new NameValuePair("file", ""),
                    new NameValuePair("address", "tcp://localhost:1"),
                    new NameValuePair("serverName", ""),
                    new NameValuePair("credentialsId", ""),
                    new NameValuePair("connectTimeoutSeconds", "1"),
                    new NameValuePair("host", ""),
                    new NameValuePair("builder", ""),
                    new NameValuePair("tag", "a"),
                    new NameValuePair("digest", "b")));
            request.setAdditionalHeader(
                    jenkins.jenkins.getCrumbIssuer().getCrumbRequestField(),
                    jenkins.jenkins.getCrumbIssuer().getCrumb((jakarta.servlet.ServletRequest) null));
        }
        // Who is refused is led to the login only by the page, which is not opened.
        return client.loadWebResponse(request);
    }
}
