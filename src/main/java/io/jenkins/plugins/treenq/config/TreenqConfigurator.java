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
import java.util.TreeSet;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.variant.OptionalExtension;

/**
 * Configuration as Code of {@link TreenqConfiguration}. An attribute that an earlier file contained and the current
 * file does not is reset by a reload. The Configuration as Code plugin by itself leaves an attribute unchanged that the
 * file does not contain; a policy, or a builder with its credentials, would stay in force until someone notices.
 * Attributes that no file has contained were set in the form and stay unchanged.
 */
@OptionalExtension(requirePlugins = "configuration-as-code")
public final class TreenqConfigurator extends BaseConfigurator<TreenqConfiguration> {
    private static final Logger LOGGER = Logger.getLogger(TreenqConfigurator.class.getName());

    @Override
    public Class<TreenqConfiguration> getTarget() {
        return TreenqConfiguration.class;
    }

    @Override
    protected TreenqConfiguration instance(Mapping mapping, ConfigurationContext context) {
        return TreenqConfiguration.get();
    }

    @Override
    protected void configure(Mapping config, TreenqConfiguration instance, boolean dryrun, ConfigurationContext context)
            throws ConfiguratorException {
        // The keys are read first, because configuring removes them from the mapping.
        Set<String> keys = config.keySet().stream()
                .map(key -> key.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        TreenqConfiguration.Values before = instance.values();
        try {
            super.configure(config, instance, dryrun, context);
            if (!dryrun) {
                // Attributes are reset last, so that a file with an error resets no policy.
                resetOmittedAttributes(keys, instance);
            }
        } catch (ConfiguratorException | IllegalArgumentException e) {
            instance.restore(before);
            String reason = UniqueNames.reason(e);
            if (reason == null) {
                throw e;
            }
            // The page about a failed reload shows the message of the innermost of these exceptions, therefore the
            // innermost exception must have this message.
            throw new ConfiguratorException(this, reason, new IllegalArgumentException(reason));
        }
    }

    private void resetOmittedAttributes(Set<String> keys, TreenqConfiguration instance) throws ConfiguratorException {
        Set<String> earlier = instance.givenByCode();
        Set<String> given = new TreeSet<>();
        for (Attribute<TreenqConfiguration, ?> attribute : describe()) {
            String name = attribute.getName();
            if (keys.contains(name.toLowerCase(Locale.ROOT))) {
                given.add(name);
            } else if (earlier.contains(name)) {
                reset(attribute, instance);
                LOGGER.warning(() ->
                        "Configuration as Code gave '" + name + "' of treenq earlier and no longer has it, so it was"
                                + " removed from Jenkins' configuration");
            }
        }
        instance.requireDefaultBuilder();
        instance.setGivenByCode(given);
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
