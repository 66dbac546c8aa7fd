// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import java.util.HashMap;
import java.util.Map;

/** The results of other builds that a build has as named contexts ({@code frontend/dockerui/namedcontext.go}). */
public final class FrontendInputs {
    private final Map<String, Definition> definitions = new HashMap<>();
    private BuildRequest request;

    /** @param request the build, without its inputs */
    public FrontendInputs(BuildRequest request) {
        this.request = request;
    }

    void remove(String option) {
        request = request.withoutOption(option);
    }

    void add(String option, String input, Definition definition) {
        request = request.withOptions(Map.of(option, "input:" + input));
        definitions.put(input, definition);
    }

    void describe(String input, String metadata) {
        request = request.withOptions(Map.of("input-metadata:" + input, metadata));
    }

    /** Returns the inputs of a request that the daemon does not record, and that requires a capability. */
    FrontendInputs asking(String capability) {
        FrontendInputs copy =
                new FrontendInputs(request.withCapability(capability).withoutRecord());
        copy.definitions.putAll(definitions);
        return copy;
    }

    /** Returns the request with options that name the inputs. */
    public BuildRequest request() {
        return request;
    }

    Map<String, Definition> definitions() {
        return definitions;
    }
}
