/**
 * Downloads: the Hugging Face hub, web servers and S3, and the caches that keep the files. It must never know what the files mean, only
 * their names, sizes and checksums. Begin with {@link dev.newt.hub.Hub}, then {@link dev.newt.hub.Revision};
 * {@link dev.newt.hub.WebCache} serves plain addresses.
 */
package dev.newt.hub;
