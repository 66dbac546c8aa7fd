// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;

/**
 * A daemon that was found for one of a builder's addresses.
 *
 * @param configured the builder's address
 * @param address address of the daemon: the builder's address, or one of the IP addresses of its DNS name
 * @param builds number of builds that were running in the daemon, of all its clients; 0 if the number is not known
 */
record ProbedDaemon(String configured, String address, int builds) implements Serializable {}
