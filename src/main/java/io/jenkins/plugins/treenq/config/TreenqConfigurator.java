// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import io.jenkins.plugins.casc.Attribute;
import io.jenkins.plugins.casc.BaseConfigurator;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorException;
import io.jenkins.plugins.casc.model.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.variant.OptionalExtension;

/**
 * Configuration as Code of {@link TreenqConfiguration}. What its file has no longer is gone after a reload, whereas the plugin
 * Configuration as Code by itself leaves what a file does not mention as it is: a policy, or a builder with its credentials,
 * would stay in force until somebody looks.
 */
@OptionalExtension(requirePlugins = "configuration-as-code")
public final class TreenqConfigurator extends BaseConfigurator<TreenqConfiguration> {
    @Override
    public Class<TreenqConfiguration> getTarget() {
        return TreenqConfiguration.class;
    }

    @Override
    protected TreenqConfiguration instance(Mapping mapping, ConfigurationContext context) {
        return TreenqConfiguration.get();
    }

    @Override
    protected void configure(
            Mapping config, TreenqConfiguration instance, boolean dryrun, ConfigurationContext context)
            throws ConfiguratorException {
        Set<String> given =
                config.keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        super.configure(config, instance, dryrun, context);
        if (dryrun) {
            return;
        }
        // Last, so that a file with a mistake takes no policy away.
        for (Attribute<TreenqConfiguration, ?> attribute : describe()) {
            if (!given.contains(attribute.getName().toLowerCase(Locale.ROOT))) {
                reset(attribute, instance);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> void reset(Attribute<TreenqConfiguration, T> attribute, TreenqConfiguration instance)
            throws ConfiguratorException {
        List<Object> nothing = new ArrayList<>();
        try {
            attribute.setValue(instance, attribute.isMultiple() ? (T) nothing : null);
        } catch (Exception e) {
            throw new ConfiguratorException("'" + attribute.getName() + "' cannot be reset", e);
        }
    }
}
