/** Data and models that lie elsewhere: the Hugging Face hub, web servers, S3; and the folders that keep what was fetched. */
package dev.newt.hub;
