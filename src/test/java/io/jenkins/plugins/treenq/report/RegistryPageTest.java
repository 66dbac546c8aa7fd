// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.ImageName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryPageTest {
    @ParameterizedTest
    @CsvSource({
        "nginx:1, https://hub.docker.com/_/nginx",
        "docker.io/shop/web, https://hub.docker.com/r/shop/web",
        "quay.io/shop/web, https://quay.io/repository/shop/web",
        "public.ecr.aws/shop/web, https://gallery.ecr.aws/shop/web",
        "ghcr.io/shop/web, https://ghcr.io/shop/web",
        "eu.gcr.io/shop/web, https://eu.gcr.io/shop/web",
        "europe-docker.pkg.dev/shop/images/web, https://europe-docker.pkg.dev/shop/images/web",
        "registry.example.com/shop/web, ''",
        "notgcr.io/shop/web, ''",
    })
    void onlyKnownRegistriesHaveAPage(String image, String page) {
        assertEquals(page, RegistryPage.of(ImageName.parse(image)).orElse(""));
    }
}
