// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.SearchContext;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium with a user of Jenkins. */
final class Browser implements AutoCloseable {
    static final int WIDE = 1200;
    static final int NARROW = 400;
    private static final int HEIGHT = 900;
    private static final int MOST_TABS = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Path PICTURES = Path.of("target", "pages");

    /** Writes violations of the content security policy to the console, which is checked at the end. */
    private static final String TELL_OF_VIOLATIONS = """
            addEventListener('securitypolicyviolation', event => console.error(
                'the content security policy stopped', event.violatedDirective, event.blockedURI, event.sourceFile,
                event.lineNumber, event.sample));
            """;

    private static final String TAKE_STYLE = """
            const style = new CSSStyleSheet();
            style.replaceSync(arguments[0]);
            document.adoptedStyleSheets = [style];
            document.documentElement.dataset.theme = arguments[1];
            """;

    private static final String TOO_WIDE = """
            const width = document.documentElement.clientWidth;
            return document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll(arguments[0])]
                .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > width)
                .map(element => element.cloneNode().outerHTML);
            """;

    private static final String ALONE = """
            const shown = document.querySelector(arguments[0]);
            document.body.replaceChildren(shown);
            shown.style.padding = '1.5rem';
            document.documentElement.style.overflow = 'hidden';
            """;

    private static final String REPLACE = """
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                texts.currentNode.data = texts.currentNode.data.replaceAll(arguments[0], arguments[1]);
            }
            """;

    private static final String SYMBOL = """
            const symbol = new DOMParser().parseFromString(arguments[1], 'image/svg+xml').documentElement;
            document.querySelectorAll(arguments[0]).forEach(old => {
                const svg = document.importNode(symbol, true);
                svg.setAttribute('class', old.getAttribute('class'));
                old.replaceWith(svg);
            });
            """;

    private final URL jenkins;
    private final ChromeDriver driver;
    private int width = WIDE;

    private Browser(URL jenkins, ChromeDriver driver) {
        this.jenkins = jenkins;
        this.driver = driver;
    }

    /** Skips the test if Chromium is not installed. */
    static Browser on(URL jenkins) {
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver", "chromium-driver"))
                .usingAnyFreePort()
                .build();
        LoggingPreferences console = new LoggingPreferences();
        console.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium", "chromium"));
        options.setCapability(ChromeOptions.LOGGING_PREFS, console);
        options.addArguments(
                "--headless=new", "--lang=en", "--disable-background-networking", "--disable-dev-shm-usage");
        if (System.getProperty("user.name").equals("root")) {
            options.addArguments("--no-sandbox");
        }
        Browser browser = new Browser(jenkins, new ChromeDriver(service, options));
        browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", TELL_OF_VIOLATIONS));
        browser.resize(WIDE);
        return browser;
    }

    private static File program(String name, String debianPackage) {
        File found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
        assumeTrue(found != null, "needs " + name + ", of Debian's package " + debianPackage + ": ./test installs it");
        return found;
    }

    private void command(String name, Map<String, Object> parameters) {
        driver.executeCdpCommand(name, parameters);
    }

    /** Logs in a user of Jenkins' test realm, in which the password equals the name. */
    void logIn(String user) {
        open("login");
        shown(By.id("j_username")).sendKeys(user, Keys.TAB, user, Keys.ENTER);
        until("logged in", () -> !driver.getCurrentUrl().contains("login"));
    }

    /** Leaves the page, and makes the browser as it was at its start, for the next test. */
    void forget() {
        run("localStorage.clear(); sessionStorage.clear();");
        driver.manage().deleteAllCookies();
        driver.get("about:blank");
        command("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        resize(WIDE);
    }

    void open(String path) {
        driver.get(jenkins + path);
    }

    /** Waits for the first visible element, and returns it. */
    WebElement shown(By what) {
        return shown(driver, what);
    }

    WebElement shown(SearchContext within, By what) {
        return until("shown " + what, () -> within.findElements(what).stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElse(null));
    }

    boolean has(By what) {
        return !driver.findElements(what).isEmpty();
    }

    /** Waits until the condition has a value that is neither null nor false. */
    <T> T until(String what, Supplier<T> condition) {
        return new WebDriverWait(driver, PATIENCE)
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> what + " at " + address())
                .until(ignored -> condition.get());
    }

    /** Clicks an element after scrolling, so that sticky parts of the page do not cover it. */
    void click(WebElement element) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
        element.click();
    }

    void click(By what) {
        click(shown(what));
    }

    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Moves the focus to an element with the keyboard. */
    void tabTo(WebElement element) {
        for (int tabs = 0; !element.equals(focused()); tabs++) {
            assertTrue(tabs < MOST_TABS, "the element cannot be reached with the keyboard");
            press(Keys.TAB);
        }
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    String address() {
        return driver.getCurrentUrl();
    }

    /** Returns the content of the clipboard. */
    String clipboard() {
        command("Browser.setPermission", Map.of("permission", Map.of("name", "clipboard-read"), "setting", "granted"));
        return (String) driver.executeAsyncScript("navigator.clipboard.readText().then(arguments[0])");
    }

    void resize(int width) {
        this.width = width;
        resize(width, HEIGHT);
    }

    private void resize(int width, long height) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /**
     * Applies a dark theme until another page is opened. Jenkins has no dark theme of its own, so the variables of a
     * theme are set.
     */
    void darken() throws IOException {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        run(TAKE_STYLE, resource("dark.css"), "dark");
    }

    void lighten() {
        command("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        run(TAKE_STYLE, "", "none");
    }

    /** Returns the parts of an element that require horizontal scrolling. */
    @SuppressWarnings("unchecked")
    List<String> tooWide(String selector) {
        return (List<String>) run(TOO_WIDE, selector + " *");
    }

    /** Returns texts whose contrast with the background is too low by the measure of the WCAG. */
    @SuppressWarnings("unchecked")
    List<String> faint(String selector) throws IOException {
        return (List<String>) run(resource("faint.js"), selector);
    }

    private static String resource(String name) throws IOException {
        try (var stream = Browser.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Takes a screenshot of the whole page, for review. */
    void picture(String name) throws IOException {
        picture(name, (long) run("return document.documentElement.scrollHeight"));
    }

    /** Hides everything on the page except an element. */
    void hideAround(String selector) {
        run(ALONE, selector);
    }

    /** Replaces the text of a field. */
    void replaceText(String text, String replacement) {
        run(REPLACE, text, replacement);
    }

    /**
     * Replaces the placeholder of a symbol, which the test harness lacks, with the symbol of Jenkins.
     *
     * @param selector selector of the placeholder
     * @param svg the symbol
     */
    void replaceSymbol(String selector, String svg) {
        run(SYMBOL, selector, svg);
    }

    /** Takes a screenshot of the upper part of the page. */
    void picture(String name, long height) throws IOException {
        resize(width, height);
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        resize(width);
    }

    /** Returns the errors in the console since the last call: of scripts and requests, and violations of the policy. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
