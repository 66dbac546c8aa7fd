// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {
    @Test
    void theFirstOfSeveralValuesIsUsed() {
        Metadata.Key<String> path = RequestHeaders.name("urlpath");
        Metadata headers = new Metadata();
        headers.put(path, "first");
        headers.put(path, "second");
        List<String> seen = new ArrayList<>();
        new RequestHeaders().<String, String>interceptCall(null, headers, (call, same) -> {
            seen.add(RequestHeaders.get(path));
            seen.add(RequestHeaders.get(RequestHeaders.name("urlhost")));
            return new ServerCall.Listener<>() {};
        });
        assertEquals(List.of("first", ""), seen);
    }
}
