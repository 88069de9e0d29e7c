/*
 * bounce_words.h - what the words of an SMTP reply say of a bounce's reason.
 * Pure, any thread.
 */
#ifndef ENGINE_CLASSIFY_BOUNCE_WORDS_H
#define ENGINE_CLASSIFY_BOUNCE_WORDS_H

#include "classify/bounce_reason.h"

enum { BOUNCE_WORDS_SIZE = 1024 };

/* Lower case, every run of other than letters and digits one blank, a blank
 * at both ends; cut. */
void bounce_words_normalise(char words[BOUNCE_WORDS_SIZE], const char *text);

/* BOUNCE_OTHER when they do not say. */
enum bounce_reason bounce_words_plain(const char *words);
enum bounce_reason bounce_words_vague(const char *words);

#endif
