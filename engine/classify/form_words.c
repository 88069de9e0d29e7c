/*
 * form_words.c - failure and delay in the words of people. A language has the
 * few words that say it; nothing here belongs to one mail system. See form.h.
 */
#include <string.h>

#include "classify/bounce_words.h"
#include "classify/form.h"

/* It is over. */
static const char *const FINAL[] = {"permanent",
				    "permanently",
				    "given up",
				    "giving up",
				    "gave up",
				    "not going to try",
				    "no further*&attempt*",
				    "will not be retried",
				    "retry timeout exceeded",
				    "too long in",
				    "queue too long",
				    "has expired",
				    "fatal error*&permanent",
				    "endgültig",
				    "dauerhaft*",
				    "définitive*",
				    "permanente",
				    "permanentemente",
				    "definitiv*",
				    "постоянн*",
				    "окончательн*",
				    "trwał*",
				    NULL};

/* It goes on. */
static const char *const DELAY[] = {"delayed",
				    "delivery delay",
				    "message delay",
				    "warning message only",
				    "warning only",
				    "this is a warning",
				    "will be retried",
				    "will retry",
				    "be retried",
				    "being retried",
				    "still being",
				    "still trying",
				    "keep trying",
				    "continue to try",
				    "continue trying",
				    "continue to attempt",
				    "attempts will continue",
				    "attempts to deliver*&continue",
				    "will continue*&deliver*",
				    "not yet been",
				    "not yet delivered",
				    "has not been delivered yet",
				    "not been able to deliver*&yet",
				    "do not need to resend",
				    "no action is required",
				    "temporarily delayed",
				    "temporary delay",
				    "transient non fatal",
				    "still in the queue",
				    "delivery temporarily",
				    "temporary problem*",
				    "queued for retry",
				    "temporarily undeliver*",
				    "undelivered after",
				    "remains undelivered",
				    "will continue to be",
				    "we will continue",
				    "will attempt",
				    "attempted again",
				    "next attempt",
				    "waiting in",
				    "not a failure",
				    "in the queue for",
				    "could not send message for past",
				    /* de */ "verzögert*",
				    "verzögerung*",
				    "noch nicht zugestellt*",
				    "weiterhin versucht",
				    "erneut versucht",
				    "versuche werden fortgesetzt",
				    /* fr */ "retardé*",
				    "retard",
				    "différé*",
				    "pas encore été",
				    "tentatives&continu*",
				    "nouvelle tentative",
				    /* es */ "retrasad*",
				    "demorad*",
				    "retraso",
				    "aplazad*",
				    "aún no se ha",
				    "todavía no",
				    "seguirá intent*",
				    "reintentar*",
				    /* it */ "ritardo",
				    "ritardat*",
				    "non è ancora",
				    "tentativi&continu*",
				    /* pt */ "atrasad*",
				    "atraso",
				    "adiad*",
				    "ainda não",
				    "continuará&tent*",
				    /* nl */ "vertraagd",
				    "vertraging",
				    "nog niet",
				    /* sv, da, no */ "fördröj*",
				    "försena*",
				    "forsink*",
				    "ännu inte",
				    "endnu ikke",
				    "ennå ikke",
				    /* pl, cs */ "opóźni*",
				    "zpožděn*",
				    "jeszcze nie",
				    /* ru, uk */ "задерж*",
				    "отложен*",
				    "ещё не",
				    "еще не",
				    "затрим*",
				    "повторн*&попыт*",
				    /* fi, hu, tr */ "viivästy*",
				    "késedel*",
				    "gecik*",
				    NULL};

/* Languages without blanks between words. */
static const char *const DELAY_PARTS[] = {
	"遅延",	    "遅れて", "再送を試", "まだ配信", "まだ配送",
	"配送が遅", "延迟",   "延遲",	  "稍后重试", "지연",
	"مؤجل",	    "تأخ",    "ล่าช้า",	  NULL};

/* It did not arrive. */
static const char *const FAILURE[] = {"undeliver*",
				      "nondeliver*",
				      "non deliver*",
				      "undelivered",
				      "not deliver*",
				      "not be deliver*",
				      "not been deliver*",
				      "unable to deliver",
				      "unable to send",
				      "not able to deliver",
				      "unable to relay",
				      "couldn t deliver",
				      "couldn t be deliver*",
				      "could not deliver",
				      "cannot deliver",
				      "can t deliver",
				      "cannot be deliver*",
				      "cannot send",
				      "could not send",
				      "wasn t delivered",
				      "t be delivered",
				      "trouble delivering",
				      "problem* delivering",
				      "error* delivering",
				      "deliver*&fail*",
				      "deliver*&error*",
				      "deliver*&problem*",
				      "mail&error*",
				      "message&fail*",
				      "mail&fail*",
				      "fail*&send*",
				      "recipient*&fail*",
				      "failure notice",
				      "failure&report",
				      "returned mail",
				      "returned to sender",
				      "returning message",
				      "bounced",
				      "bounce notification",
				      "mail return*",
				      "was rejected",
				      "been rejected",
				      "message rejected",
				      "mail rejected",
				      "was refused",
				      "been blocked",
				      "was blocked",
				      "did not reach",
				      "not reach*",
				      "user unknown",
				      "unknown user*",
				      "no such user*",
				      "invalid&address",
				      "unknown address",
				      "unknown recipient*",
				      "not exist",
				      "doesn t exist",
				      "mailbox*&full",
				      "mailbox*&quota",
				      "over quota",
				      "not a member",
				      "no valid recipient*",
				      "user&not found",
				      "not accepted",
				      "not listed in",
				      "no longer",
				      "permanent error*",
				      "fatal error*",
				      "undeliv*",
				      "unsuccessful*",
				      /* de */ "unzustellbar*",
				      "nicht zugestellt",
				      "nicht zustellbar",
				      "nicht ausgeliefert",
				      "zustellung&fehl*",
				      "nicht übermittelt",
				      "empfänger&unbekannt",
				      "unbekannt*&empfänger",
				      "zurückgewiesen",
				      "fehlgeschlagen",
				      "konnte nicht",
				      /* fr */ "non remis*",
				      "non distribu*",
				      "pas pu être",
				      "n a pas pu",
				      "échec",
				      "pas été remis",
				      "impossible d*",
				      "n a pu être",
				      "destinataire*&inconnu",
				      /* es */ "no se pudo",
				      "no se ha podido",
				      "no ha podido",
				      "no pudo",
				      "devuelto",
				      "no entregado",
				      "imposible entreg*",
				      "no se puede",
				      "usuario desconocido",
				      "error al entreg*",
				      "no ha sido posible",
				      /* it */ "impossibile",
				      "mancat* consegna",
				      "mancato recapito",
				      "non recapitabil*",
				      "non è stato possibile",
				      "non consegnat*",
				      "utente sconosciuto",
				      "non può essere",
				      /* pt */ "não foi possível",
				      "não pôde ser",
				      "não pode ser",
				      "falha na",
				      "falha no",
				      "não entregue",
				      "devolvida",
				      "devolvido",
				      /* nl */ "niet afgeleverd",
				      "onbestelbaar",
				      "niet bezorgd",
				      "niet worden",
				      "kon niet",
				      "kan niet&afgeleverd",
				      /* sv, da, no */ "inte levereras",
				      "kunde inte",
				      "kunne ikke",
				      "ikke leveres",
				      "kan ikke leveres",
				      "olevererbart",
				      "oleverer*",
				      /* fi */ "ei voitu",
				      "epäonnistui",
				      /* pl */ "nie można",
				      "nie została",
				      "nie została dostarczona",
				      "niedostarcz*",
				      "nie udało",
				      /* cs, sk */ "nedoruč*",
				      "nelze doručit",
				      "nemohla být",
				      /* hu, ro, tr */ "nem kézbesít*",
				      "kézbesíthetetlen",
				      "nu a putut",
				      "nelivrat*",
				      "teslim edilemedi",
				      "iletilemedi",
				      /* ru, uk */ "не доставлен*",
				      "не может быть доставлен*",
				      "не удалось",
				      "недоставлен*",
				      "не вдалося",
				      "ошибк*",
				      "помилк*",
				      NULL};

static const char *const FAILURE_PARTS[] = {"送信できません",
					    "送信でき",
					    "配信できません",
					    "配信でき",
					    "配送でき",
					    "届けることができ",
					    "届きません",
					    "お届けでき",
					    "エラー",
					    "返送され",
					    "失敗",
					    "存在しない",
					    "送達でき",
					    "退信",
					    "无法投递",
					    "無法投遞",
					    "无法传递",
					    "未能送达",
					    "投递失败",
					    "发送失败",
					    "傳送失敗",
					    "无法送达",
					    "無法傳送",
					    "반송",
					    "실패",
					    "배달할 수 없",
					    "전송할 수 없",
					    "전달되지",
					    "تعذر",
					    "فشل",
					    "לא ניתן",
					    "נכשל",
					    "ไม่สามารถ",
					    "không thể",
					    NULL};

static bool
has_part(const char *text, const char *const *parts)
{
	for (; *parts; parts++) {
		if (strstr(text, *parts))
			return true;
	}
	return false;
}

static bool
has_high(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return true;
	}
	return false;
}

bool
form_tells_failure(const struct form_notice *notice)
{
	if (bounce_words_any(notice->subject_words, FAILURE) ||
	    bounce_words_any(notice->words, FAILURE))
		return true;
	return (has_high(notice->words) &&
		has_part(notice->words, FAILURE_PARTS)) ||
	       (has_high(notice->subject) &&
		has_part(notice->subject, FAILURE_PARTS));
}

static bool
says_delay(const char *words)
{
	return bounce_words_any(words, DELAY) ||
	       (has_high(words) && has_part(words, DELAY_PARTS));
}

/* Without the lines of remote servers: these call many things delayed. */
static const char *
own_words(const struct form_notice *notice)
{
	size_t size = strlen(notice->words) + 16, n, i;
	char *words = pool_alloc(notice->pool, size);
	const char *line;

	n = bounce_words_append(words, 0, size, "");
	for (i = 0; i < notice->n_lines; i++) {
		line = notice->lines[i].text;
		if (!form_find_reply(line) && !strstr(line, "<<<"))
			n = bounce_words_append(words, n, size, line);
	}
	return words;
}

/* No notice of a failure says these. */
static const char *const SURELY_DELAY[] = {
	"warning message only",	  "this is a warning",
	"will be retried",	  "still being retried",
	"attempts will continue", "keep trying",
	"continue to try",	  "continue trying",
	"do not need to resend",  "no action is required",
	"transient non fatal",	  "wird weiterhin versucht",
	"seguirá intentando",	  NULL};

bool
form_surely_delayed(const struct form_notice *notice)
{
	return says_delay(notice->subject_words) ||
	       bounce_words_match(notice->subject_words, "warning") ||
	       bounce_words_any(notice->words, SURELY_DELAY);
}

/*
 * A delay must never count as a bounce. What the subject says weighs most;
 * a notice that gives up often tells of the delay before.
 */
bool
form_tells_delay(const struct form_notice *notice)
{
	static const char *const GAVE_UP[] = {"given up",    "giving up",
					      "gave up",     "not going to try",
					      "has expired", NULL};

	if (form_surely_delayed(notice))
		return !bounce_words_any(notice->words, GAVE_UP);
	return !bounce_words_any(notice->words, FINAL) &&
	       says_delay(notice->words) && says_delay(own_words(notice));
}
