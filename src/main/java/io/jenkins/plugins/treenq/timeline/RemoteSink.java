// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import hudson.remoting.Channel;
import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import java.io.NotSerializableException;
import java.util.Objects;
import org.jenkinsci.remoting.SerializableOnlyOverRemoting;

/** Sent to an agent, it reaches back to the controller, for as long as the call lasts that it went with. */
final class RemoteSink implements ProgressSink, SerializableOnlyOverRemoting {
    private static final long serialVersionUID = 1;

    private final ProgressSink sink;

    RemoteSink(ProgressSink sink) {
        this.sink = Objects.requireNonNull(sink);
    }

    @Override
    public void accept(ProgressReport report) {
        sink.accept(report);
    }

    private Object writeReplace() throws NotSerializableException {
        Channel channel = getChannelForSerialization();
        return channel.export(ProgressSink.class, this);
    }
}
