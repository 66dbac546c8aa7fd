// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Verifies that the poms of the plugin and of treenqctl, which compile the same client, declare the same versions.
 * Maven has no place that both can use: the parent of the plugin's pom is Jenkins', and the build of treenqctl needs
 * nothing of Jenkins.
 */
class PomVersionsTest {
    /** The tests run in the repository's root, or in {@code buildkit/treenqctl} when the client is built alone. */
    private static final Path ROOT = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("../..");

    @Test
    void bothPomsDeclareTheSameVersions() throws Exception {
        Map<String, String> plugin = versions(ROOT.resolve("pom.xml"));
        Map<String, String> treenqctl = versions(ROOT.resolve("buildkit/treenqctl/pom.xml"));
        plugin.keySet().retainAll(treenqctl.keySet());
        treenqctl.keySet().retainAll(plugin.keySet());
        assertTrue(plugin.keySet().contains("grpc.version"), plugin::toString);
        assertEquals(plugin, treenqctl);
    }

    /** The properties that are versions, and the versions of dependencies and plugins, by their names. */
    private static Map<String, String> versions(Path pom) throws Exception {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        Map<String, String> versions = new TreeMap<>();
        NodeList elements = project.getElementsByTagName("*");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (element.getParentNode().getNodeName().equals("properties")
                    && element.getTagName().endsWith(".version")) {
                versions.put(element.getTagName(), element.getTextContent());
            } else if (element.getTagName().equals("version")
                    && !element.getParentNode().isSameNode(project)) {
                String name = "";
                for (Node node = element.getParentNode().getFirstChild(); node != null; node = node.getNextSibling()) {
                    if (node.getNodeName().equals("artifactId")) {
                        name = node.getTextContent();
                    }
                }
                versions.put(name, element.getTextContent());
            }
        }
        return versions;
    }
}
