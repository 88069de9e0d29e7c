-- A store of schema 1, as its release wrote it: a demo, and changes by hand.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
 name  TEXT PRIMARY KEY,
 value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('checkpoint_ledger_id','1882509022108581893');
INSERT INTO meta VALUES('degrade.0','1=2,1');
INSERT INTO meta VALUES('degrade.1','1=2,1');
INSERT INTO meta VALUES('degrade.2','1=2,1');
INSERT INTO meta VALUES('degrade.3','1=2,1');
INSERT INTO meta VALUES('order.1','6 5 2 3 1 4 ');
INSERT INTO meta VALUES('order.2','6 5 2 3 1 4 7 8 ');
INSERT INTO meta VALUES('order.3','6 5 2 3 1 4 8 ');
INSERT INTO meta VALUES('schema','1');
INSERT INTO meta VALUES('segments.2','{"warm":"has score >= 25"}');
INSERT INTO meta VALUES('segments.3','{"warm":"has score >= 25"}');
CREATE TABLE spool_position (
 spool_id TEXT PRIMARY KEY,              -- hex
 segment  INTEGER NOT NULL,
 position INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO spool_position VALUES('8e1ee5c09f5ca3b81167fb5aa20566be',1,7427);
CREATE TABLE record (
 id         INTEGER PRIMARY KEY,         -- small and dense: index of the scoreboard
 record_key INTEGER UNIQUE,              -- the hash in tokens, as signed 64 bit; NULL = deleted
 module     TEXT NOT NULL DEFAULT 'contact',
 key        TEXT NOT NULL,               -- normal form; '' = not known yet, or deleted
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
);
INSERT INTO record VALUES(1,-6015773365853060109,'contact','ann@orchard.example',1795300504556,NULL);
INSERT INTO record VALUES(2,6647515489887637162,'contact','ben@harbour.example',1795300504580,NULL);
INSERT INTO record VALUES(3,-2040930427100123959,'contact','cleo@atelier.example',1795300504599,NULL);
INSERT INTO record VALUES(4,-1760829105210220955,'contact','dan@gone.example',1795300504619,NULL);
INSERT INTO record VALUES(5,3077290015133428677,'contact','eve@meadow.example',1795300504643,NULL);
INSERT INTO record VALUES(6,NULL,'contact','',1795300570723,1795300588169);
CREATE TABLE record_alias (
 record_key INTEGER PRIMARY KEY,
 record_id  INTEGER NOT NULL
);
CREATE TABLE field (                            -- derived
 record_id INTEGER NOT NULL,
 name      TEXT NOT NULL,
 value     TEXT NOT NULL,
 PRIMARY KEY (record_id, name)
) WITHOUT ROWID;
INSERT INTO field VALUES(1,'first_name','Ann');
INSERT INTO field VALUES(2,'first_name','Ben');
INSERT INTO field VALUES(3,'first_name','Cleo');
INSERT INTO field VALUES(4,'first_name','Dan');
INSERT INTO field VALUES(5,'first_name','Eve');
INSERT INTO field VALUES(1,'job_title','CEO');
INSERT INTO field VALUES(3,'job_title','buyer');
CREATE TABLE record_tag (                       -- derived
 record_id INTEGER NOT NULL,
 tag       TEXT NOT NULL,
 PRIMARY KEY (tag, record_id)
) WITHOUT ROWID;
INSERT INTO record_tag VALUES(2,'vip');
CREATE TABLE list (
 name       TEXT PRIMARY KEY,
 title      TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
) WITHOUT ROWID;
INSERT INTO list VALUES('news','Juniper news',1795300504544,NULL);
CREATE TABLE list_member (                      -- derived
 list      TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 state     INTEGER NOT NULL,             -- 1 joined, 2 unconfirmed, 3 left
 since     INTEGER NOT NULL,
 how       TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (list, record_id)
) WITHOUT ROWID;
INSERT INTO list_member VALUES('news',1,1,1795300504556,'cli');
INSERT INTO list_member VALUES('news',2,1,1795300504580,'cli');
INSERT INTO list_member VALUES('news',3,1,1795300504599,'cli');
INSERT INTO list_member VALUES('news',4,1,1795300504619,'cli');
INSERT INTO list_member VALUES('news',5,1,1795300504643,'cli');
CREATE TABLE suppression (
 record_key INTEGER PRIMARY KEY,         -- works for unknown records too
 reason     TEXT NOT NULL,               -- hard-bounce, soft-bounces, complaint, manual
 evidence   TEXT NOT NULL DEFAULT '',
 source     TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 expires_at INTEGER
);
INSERT INTO suppression VALUES(-6180867193736264167,'manual','','cli',1795300570703,NULL);
INSERT INTO suppression VALUES(-1760829105210220955,'hard-bounce','550 5.1.1 No such user here','engine',1795300504749,NULL);
CREATE TABLE history (
 id             INTEGER PRIMARY KEY,     -- received ms << 20 | counter
 record_id      INTEGER NOT NULL,        -- 0 = unmatched
 record_key     INTEGER NOT NULL,
 happened_at    INTEGER NOT NULL,
 received_at    INTEGER NOT NULL,
 kind           INTEGER NOT NULL,        -- enum signal_kind
 name           TEXT NOT NULL,
 message_id     INTEGER NOT NULL DEFAULT 0,
 source         TEXT NOT NULL DEFAULT '',
 actor          TEXT NOT NULL DEFAULT '',
 because        TEXT NOT NULL DEFAULT '',
 verdict        INTEGER NOT NULL DEFAULT 0,
 verdict_reason TEXT NOT NULL DEFAULT '',
 settle_until   INTEGER,                 -- not scored before
 effective      INTEGER NOT NULL DEFAULT 1, -- derived: a change that changed something
 ruleset        INTEGER NOT NULL,        -- the rules in force when it was received
 props          TEXT NOT NULL DEFAULT '{}'  -- JSON object of strings
);
INSERT INTO history VALUES(1882509021865312256,1,-6015773365853060109,1795300504556,1795300504556,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}');
INSERT INTO history VALUES(1882509021865312257,1,-6015773365853060109,1795300504556,1795300504556,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ann"}');
INSERT INTO history VALUES(1882509021865312258,1,-6015773365853060109,1795300504556,1795300504556,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}');
INSERT INTO history VALUES(1882509021890478080,2,6647515489887637162,1795300504580,1795300504580,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}');
INSERT INTO history VALUES(1882509021890478081,2,6647515489887637162,1795300504580,1795300504580,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ben"}');
INSERT INTO history VALUES(1882509021890478082,2,6647515489887637162,1795300504580,1795300504580,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}');
INSERT INTO history VALUES(1882509021910401024,3,-2040930427100123959,1795300504599,1795300504599,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}');
INSERT INTO history VALUES(1882509021910401025,3,-2040930427100123959,1795300504599,1795300504599,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Cleo"}');
INSERT INTO history VALUES(1882509021910401026,3,-2040930427100123959,1795300504599,1795300504599,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}');
INSERT INTO history VALUES(1882509021931372544,4,-1760829105210220955,1795300504619,1795300504619,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}');
INSERT INTO history VALUES(1882509021931372545,4,-1760829105210220955,1795300504619,1795300504619,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Dan"}');
INSERT INTO history VALUES(1882509021931372546,4,-1760829105210220955,1795300504619,1795300504619,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}');
INSERT INTO history VALUES(1882509021956538368,5,3077290015133428677,1795300504643,1795300504643,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}');
INSERT INTO history VALUES(1882509021956538369,5,3077290015133428677,1795300504643,1795300504643,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Eve"}');
INSERT INTO history VALUES(1882509021956538370,5,3077290015133428677,1795300504643,1795300504643,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}');
INSERT INTO history VALUES(1882509022004772864,1,-6015773365853060109,1795300504689,1795300504689,1,'email.sent',117656813875332377,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ann@orchard.example>","sender":"news@juniper.example","list":"news"}');
INSERT INTO history VALUES(1882509022020501504,2,6647515489887637162,1795300504704,1795300504704,1,'email.sent',117656813876315418,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ben@harbour.example>","sender":"news@juniper.example","list":"news"}');
INSERT INTO history VALUES(1882509022038327296,3,-2040930427100123959,1795300504721,1795300504721,1,'email.sent',117656813877429531,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.cleo@atelier.example>","sender":"news@juniper.example","list":"news"}');
INSERT INTO history VALUES(1882509022043570176,4,-1760829105210220955,1795300504726,1795300504726,1,'email.sent',117656813877757212,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.dan@gone.example>","sender":"news@juniper.example","list":"news"}');
INSERT INTO history VALUES(1882509022054055936,5,3077290015133428677,1795300504736,1795300504736,1,'email.sent',117656813878412573,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.eve@meadow.example>","sender":"news@juniper.example","list":"news"}');
INSERT INTO history VALUES(1882509022067687424,4,-1760829105210220955,1795300504749,1795300504749,1,'email.bounced',117656813877757212,'bounce','','',0,'',NULL,1,1,'{"class":"hard","reason":"user-unknown","status":"5.1.1","diagnostic":"550 5.1.1 No such user here","recipient":"dan@gone.example","campaign":"spring-teas"}');
INSERT INTO history VALUES(1882509022073978881,4,-1760829105210220955,1795300504749,1795300504749,13,'record.suppressed',117656813877757212,'engine','','email.bounced',0,'',NULL,1,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here"}');
INSERT INTO history VALUES(1882509022073978882,4,-1760829105210220955,1795300504749,1795300504749,13,'record.suppressed',117656813877757212,'bounce','','',0,'',NULL,0,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here","campaign":"spring-teas"}');
INSERT INTO history VALUES(1882509022073978883,1,-6015773365853060109,1795300504755,1795300504755,1,'email.opened',117656813875332377,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}');
INSERT INTO history VALUES(1882509022088658945,2,6647515489887637162,1795300504756,1795300504756,1,'email.opened',117656813876315418,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}');
INSERT INTO history VALUES(1882509022088658947,1,-6015773365853060109,1795300504756,1795300504756,1,'email.clicked',117656813875332377,'click','','',0,'',NULL,1,1,'{"url":"https://shop.juniper.example/teas?season=spring&sort=new","campaign":"spring-teas"}');
INSERT INTO history VALUES(1882509022103339008,3,-2040930427100123959,1795300504783,1795300504783,4,'field.changed',0,'form','','',0,'',NULL,0,1,'{"name":"first_name","value":"Cleo","only_if":"empty"}');
INSERT INTO history VALUES(1882509022103339009,3,-2040930427100123959,1795300504783,1795300504783,4,'field.changed',0,'form','','',0,'',NULL,1,1,'{"name":"job_title","value":"buyer","only_if":"empty"}');
INSERT INTO history VALUES(1882509022108581889,3,-2040930427100123959,1795300504783,1795300504783,7,'list.joined',0,'form','','',0,'',NULL,0,1,'{"list":"news","how":"form","only_if":"not_left"}');
INSERT INTO history VALUES(1882509022108581890,3,-2040930427100123959,1795300504783,1795300504783,1,'form.submitted',0,'form','','',0,'',NULL,1,1,'{"form":"brochure","first_name":"Cleo","job_title":"buyer"}');
INSERT INTO history VALUES(1882509022108581892,2,6647515489887637162,1795300504788,1795300504788,1,'order.paid',0,'webhook','','',0,'',NULL,1,1,'{"order":"2026-117","total":"48.5"}');
INSERT INTO history VALUES(1882509022218682368,1,-6015773365853060109,1795300504893,1795300504893,1,'email.sent',117656813888177438,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ann, a tin is put aside for you","rfc_id":"<01a2003fb535851e.ac83adff271283f3@juniper.example>","sender":"news@juniper.example","broadcast":"tin"}');
INSERT INTO history VALUES(1882509022230216704,1,-6015773365853060109,1795300504904,1795300504904,1,'broadcast.sent',117656813888177438,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}');
INSERT INTO history VALUES(1882509022230216705,2,6647515489887637162,1795300504893,1795300504893,1,'email.sent',117656813888177439,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ben, a tin is put aside for you","rfc_id":"<01a2003fb535851f.5c40b81e35a8ceaa@juniper.example>","sender":"news@juniper.example","broadcast":"tin"}');
INSERT INTO history VALUES(1882509022230216706,3,-2040930427100123959,1795300504895,1795300504895,1,'email.sent',117656813888177440,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Cleo, a tin is put aside for you","rfc_id":"<01a2003fb5358520.e3ad289701692cc9@juniper.example>","sender":"news@juniper.example","broadcast":"tin"}');
INSERT INTO history VALUES(1882509022239653888,2,6647515489887637162,1795300504913,1795300504913,1,'broadcast.sent',117656813888177439,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}');
INSERT INTO history VALUES(1882509022239653889,3,-2040930427100123959,1795300504913,1795300504913,1,'broadcast.sent',117656813888177440,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}');
INSERT INTO history VALUES(1882509089819328512,1,-6015773365853060109,1795300569362,1795300569362,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"job_title","value":"CEO"}');
INSERT INTO history VALUES(1882509089849737216,2,6647515489887637162,1795300569391,1795300569391,5,'tag.added',0,'cli','root','',0,'',NULL,1,1,'{"tag":"vip"}');
INSERT INTO history VALUES(1882509091078668288,3,-2040930427100123959,1795300570563,1795300570563,10,'score.added',0,'cli','root','met at the fair',0,'',NULL,1,3,'{"score":"lead","points":"12"}');
INSERT INTO history VALUES(1882509091103834112,2,6647515489887637162,1795300570587,1795300570587,11,'score.set',0,'cli','root','reset',0,'',NULL,1,3,'{"score":"lead","points":"40"}');
INSERT INTO history VALUES(1882509091124805632,4,-1760829105210220955,1795300570607,1795300570607,12,'score.erased',0,'cli','root','gone',0,'',NULL,1,3,'{"score":"lead"}');
INSERT INTO history VALUES(1882509091143680000,5,3077290015133428677,1795300570625,1795300570625,1,'form.submitted',0,'cli','root','',0,'',NULL,1,3,'{"form":"demo"}');
INSERT INTO history VALUES(1882509091225468928,0,-6180867193736264167,1795300570703,1795300570703,13,'record.suppressed',0,'cli','root','',0,'',NULL,1,3,'{"reason":"manual"}');
INSERT INTO history VALUES(1882509091246440448,6,4372815655973054640,1795300570723,1795300570723,2,'record.created',0,'cli','root','',0,'',NULL,1,3,'{}');
INSERT INTO history VALUES(1882509091246440449,6,4372815655973054640,1795300570723,1795300570723,4,'field.changed',0,'cli','root','',0,'',NULL,1,3,'{"name":"first_name","value":"Zoe"}');
INSERT INTO history VALUES(1882509109538848768,6,4372815655973054640,1795300588168,1795300588168,3,'record.deleted',0,'cli','root','',0,'',NULL,1,3,'{}');
CREATE TABLE external_id (
 day         INTEGER NOT NULL,
 external_id INTEGER NOT NULL,
 PRIMARY KEY (day, external_id)
) WITHOUT ROWID;
INSERT INTO external_id VALUES(20778,-8242855733067086663);
INSERT INTO external_id VALUES(20778,-5536592215121039689);
INSERT INTO external_id VALUES(20778,-4553767331445369096);
INSERT INTO external_id VALUES(20778,-4302096693706055269);
INSERT INTO external_id VALUES(20778,-4182058112519939662);
INSERT INTO external_id VALUES(20778,-2175850270528245659);
INSERT INTO external_id VALUES(20778,-2137161775374077792);
INSERT INTO external_id VALUES(20778,-454009947022170035);
INSERT INTO external_id VALUES(20778,628299182130924049);
INSERT INTO external_id VALUES(20778,1826151010039876554);
INSERT INTO external_id VALUES(20778,6185714290295243360);
INSERT INTO external_id VALUES(20778,9082226944261011330);
CREATE TABLE message (
 message_id    INTEGER NOT NULL,
 record_key    INTEGER NOT NULL,
 rfc_id        INTEGER NOT NULL,         -- hash64 of the Message-ID header
 campaign      TEXT NOT NULL DEFAULT '',
 subject       TEXT NOT NULL DEFAULT '',
 sender        TEXT NOT NULL DEFAULT '', -- the original envelope sender
 sent_at       INTEGER NOT NULL,
 PRIMARY KEY (message_id, record_key)
) WITHOUT ROWID;
INSERT INTO message VALUES(117656813875332377,-6015773365853060109,-7170327130443218865,'spring-teas','Spring teas have arrived','news@juniper.example',1795300504689);
INSERT INTO message VALUES(117656813876315418,6647515489887637162,-8666293720402711681,'spring-teas','Spring teas have arrived','news@juniper.example',1795300504704);
INSERT INTO message VALUES(117656813877429531,-2040930427100123959,7264162339073260511,'spring-teas','Spring teas have arrived','news@juniper.example',1795300504721);
INSERT INTO message VALUES(117656813877757212,-1760829105210220955,3316324393079725695,'spring-teas','Spring teas have arrived','news@juniper.example',1795300504726);
INSERT INTO message VALUES(117656813878412573,3077290015133428677,618318182843959866,'spring-teas','Spring teas have arrived','news@juniper.example',1795300504736);
INSERT INTO message VALUES(117656813888177438,-6015773365853060109,3982517799785023122,'tin','Ann, a tin is put aside for you','news@juniper.example',1795300504893);
INSERT INTO message VALUES(117656813888177439,6647515489887637162,-4242028399953157612,'tin','Ben, a tin is put aside for you','news@juniper.example',1795300504893);
INSERT INTO message VALUES(117656813888177440,-2040930427100123959,5815986916696065159,'tin','Cleo, a tin is put aside for you','news@juniper.example',1795300504895);
CREATE TABLE score (
 id               INTEGER PRIMARY KEY,   -- small and dense, from 1; 1 is 'lead'
 name             TEXT NOT NULL UNIQUE,
 degrade          REAL NOT NULL DEFAULT 0,   -- percent a day, 0 = none
 degrade_negative INTEGER NOT NULL DEFAULT 1,
 default_points   REAL,                  -- NULL = none
 floor            REAL,
 ceiling          REAL
);
INSERT INTO score VALUES(1,'lead',2.0,1,NULL,NULL,NULL);
CREATE TABLE ruleset (
 id         INTEGER PRIMARY KEY,
 applied_at INTEGER NOT NULL,
 author     TEXT NOT NULL,
 note       TEXT NOT NULL DEFAULT '',
 swept_to   INTEGER DEFAULT 0            -- field rules recomputed up to this record id; NULL = all
);
INSERT INTO ruleset VALUES(1,1795300503971,'first start','',NULL);
INSERT INTO ruleset VALUES(2,1795300569456,'root','',NULL);
INSERT INTO ruleset VALUES(3,1795300570542,'root','',NULL);
CREATE TABLE rule (
 id           INTEGER PRIMARY KEY,       -- of this version; ledger.rule_id names it
 name         TEXT NOT NULL,
 version      INTEGER NOT NULL,
 place        INTEGER NOT NULL DEFAULT 0,-- its order in the file
 from_ruleset INTEGER NOT NULL,
 to_ruleset   INTEGER,                   -- NULL = in force
 take_back    INTEGER NOT NULL DEFAULT 0,-- how it ended: points taken back?
 author       TEXT NOT NULL,
 created_at   INTEGER NOT NULL,
 source       TEXT NOT NULL              -- its text in rules.conf form
);
INSERT INTO rule VALUES(1,'Address is gone',1,4,1,NULL,0,'first start',1795300503971,replace('rule "Address is gone" {\n  on       = "email.bounced"\n  when     = "signal.class = ''hard''"\n  subtract = 20\n}\n','\n',char(10)));
INSERT INTO rule VALUES(2,'Asked for a brochure',1,2,1,NULL,0,'first start',1795300503971,replace('rule "Asked for a brochure" {\n  on  = "form.submitted"\n  add = 15\n}\n','\n',char(10)));
INSERT INTO rule VALUES(3,'Bought something',1,3,1,NULL,0,'first start',1795300503971,replace('rule "Bought something" {\n  on      = "order.paid"\n  add     = 50\n  because = "paid order {{signal.order}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(4,'Buys for a company',1,5,1,NULL,0,'first start',1795300503971,replace('rule "Buys for a company" {\n  when = "field.job_title in (''buyer'', ''owner'')"\n  add  = 10\n}\n','\n',char(10)));
INSERT INTO rule VALUES(5,'Followed a link',1,1,1,NULL,0,'first start',1795300503971,replace('rule "Followed a link" {\n  on       = "email.clicked"\n  add      = 20\n  once_per = "link"\n  because  = "followed {{signal.url}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(6,'Opened the mail',1,0,1,NULL,0,'first start',1795300503971,replace('rule "Opened the mail" {\n  on       = "email.opened"\n  add      = 5\n  once_per = "message"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(7,'Executive',1,6,2,3,0,'root',1795300569456,replace('rule "Executive" {\n  when = "field.job_title in (''CEO'', ''CTO'')"\n  add  = 10\n}\n','\n',char(10)));
INSERT INTO rule VALUES(8,'Loyal',1,6,2,NULL,0,'root',1795300569456,replace('rule "Loyal" {\n  on       = "email.clicked"\n  when     = "segment ''warm''"\n  add      = 2\n  once_per = "2 per 7d"\n}\n','\n',char(10)));
CREATE TABLE ledger (
 id          INTEGER PRIMARY KEY,        -- written ms << 20 | counter
 record_id   INTEGER NOT NULL,
 score_id    INTEGER NOT NULL,
 at          INTEGER NOT NULL,           -- effective time
 delta       REAL NOT NULL,
 class       INTEGER NOT NULL,           -- 1 field, 2 touch, 3 manual
 side        INTEGER NOT NULL,           -- +1 or -1: the sum it belongs to
 rate        REAL NOT NULL DEFAULT 0,    -- percent a day, touch only
 entry       INTEGER NOT NULL,           -- 1 points, 2 closing, 3 erase mark
 correcting  INTEGER NOT NULL DEFAULT 0, -- 1: written by a refold
 rule_id     INTEGER NOT NULL DEFAULT 0,
 history_id  INTEGER NOT NULL DEFAULT 0, -- what caused it
 explanation TEXT NOT NULL DEFAULT '',
 balance     REAL NOT NULL,              -- the score after it, at `at`
 generation  INTEGER NOT NULL DEFAULT 1
);
INSERT INTO ledger VALUES(1882509022073978880,4,1,1795300504749,-20.0,2,-1,2.0,1,0,1,1882509022067687424,'Address is gone',-20.0,1);
INSERT INTO ledger VALUES(1882509022088658944,1,1,1795300504755,5.0,2,1,2.0,1,0,6,1882509022073978883,'Opened the mail',5.0,1);
INSERT INTO ledger VALUES(1882509022088658946,2,1,1795300504756,5.0,2,1,2.0,1,0,6,1882509022088658945,'Opened the mail',5.0,1);
INSERT INTO ledger VALUES(1882509022088658948,1,1,1795300504756,20.0,2,1,2.0,1,0,5,1882509022088658947,'followed https://shop.juniper.example/teas?season=spring&sort=new',24.999999998830862324,1);
INSERT INTO ledger VALUES(1882509022108581888,3,1,1795300504783,10.0,1,1,0.0,1,0,4,1882509022103339009,'Buys for a company',10.0,1);
INSERT INTO ledger VALUES(1882509022108581891,3,1,1795300504783,15.0,2,1,2.0,1,0,2,1882509022108581890,'Asked for a brochure',25.0,1);
INSERT INTO ledger VALUES(1882509022108581893,2,1,1795300504788,50.0,2,1,2.0,1,0,3,1882509022108581892,'paid order 2026-117',54.999999962587580171,1);
INSERT INTO ledger VALUES(1882509089951449088,1,1,1795300569456,10.0,1,1,0.0,1,0,7,0,'Executive',34.999621785498689519,1);
INSERT INTO ledger VALUES(1882509091082862592,3,1,1795300570563,12.0,3,1,0.0,1,0,0,1882509091078668288,'met at the fair',36.999769284050849193,1);
INSERT INTO ledger VALUES(1882509091105931264,2,1,1795300570587,-54.999153759761817638,2,1,2.0,2,0,0,1882509091103834112,'reset',0.0,1);
INSERT INTO ledger VALUES(1882509091105931265,2,1,1795300570587,40.0,3,1,0.0,1,0,0,1882509091103834112,'reset',40.0,1);
INSERT INTO ledger VALUES(1882509091126902784,4,1,1795300570607,19.99969201396897489,2,-1,2.0,2,0,0,1882509091124805632,'gone',0.0,1);
INSERT INTO ledger VALUES(1882509091126902785,4,1,1795300570607,0.0,3,1,0.0,3,0,0,1882509091124805632,'gone',0.0,1);
INSERT INTO ledger VALUES(1882509091146825728,5,1,1795300570625,15.0,2,1,2.0,1,0,2,1882509091143680000,'Asked for a brochure',15.0,1);
CREATE TABLE score_state (
 record_id INTEGER NOT NULL,
 score_id  INTEGER NOT NULL,
 state     BLOB NOT NULL,
 PRIMARY KEY (record_id, score_id)
) WITHOUT ROWID;
INSERT INTO score_state VALUES(1,1,X'0101010000000000dd9b4000a20100000000000000000000000000000000000000000000000000000000000000000000000000000000004099514554e9ff38400000000000000000');
INSERT INTO score_state VALUES(2,1,X'0101010000000000dd9b4000a201000000000000000000000000000000000000000000000000000000000000000000000000000000000040e0c90e13e77f4b400000000000000000');
INSERT INTO score_state VALUES(3,1,X'0101010000000000dd9b4000a20100000000000000002440000000000000000000000000000000000000000000000000000000000000004082ddb9cee4ff2d400000000000000000');
INSERT INTO score_state VALUES(4,1,X'0101010000000000dd9b4000a2010000000000000000000000000000000000000000000000000000000000000000000000000000000000400000000000000000adac7bdcedff33c0');
CREATE TABLE segment (
 name       TEXT PRIMARY KEY,
 expression TEXT NOT NULL,
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO segment VALUES('warm','has score >= 25','root',1795300569331);
CREATE TABLE broadcast (
 name        TEXT PRIMARY KEY,
 state       TEXT NOT NULL,              -- draft, sending, sent, paused, cancelled, failed
 template    BLOB NOT NULL,
 condition   TEXT NOT NULL,
 sender      TEXT NOT NULL,              -- From
 settings    TEXT NOT NULL DEFAULT '{}', -- JSON
 author      TEXT NOT NULL,
 created_at  INTEGER NOT NULL,
 started_at  INTEGER,
 finished_at INTEGER,
 trouble     TEXT NOT NULL DEFAULT ''    -- why it stopped, for people
) WITHOUT ROWID;
INSERT INTO broadcast VALUES('tin','sent',X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a','list ''news'' and has score >= 20','','{}','root',1795300504861,1795300504883,1795300504916,'');
CREATE TABLE broadcast_recipient (
 broadcast  TEXT NOT NULL,
 record_id  INTEGER NOT NULL,
 state      TEXT NOT NULL,               -- queued, handing-over, sent, failed, skipped, doubtful
 reason     TEXT NOT NULL DEFAULT '',
 message_id INTEGER NOT NULL DEFAULT 0,
 changed_at INTEGER NOT NULL,
 PRIMARY KEY (broadcast, record_id)
) WITHOUT ROWID;
INSERT INTO broadcast_recipient VALUES('tin',1,'sent','',117656813888177438,1795300504904);
INSERT INTO broadcast_recipient VALUES('tin',2,'sent','',117656813888177439,1795300504913);
INSERT INTO broadcast_recipient VALUES('tin',3,'sent','',117656813888177440,1795300504913);
CREATE TABLE api_token (
 id         INTEGER PRIMARY KEY,
 name       TEXT NOT NULL,               -- audit name
 role       TEXT NOT NULL,               -- reader, operator, manager
 hash       BLOB NOT NULL UNIQUE,        -- BLAKE2b of the token; the token is shown once
 created_at INTEGER NOT NULL,
 expires_at INTEGER,
 revoked_at INTEGER
);
CREATE TABLE audit (
 id     INTEGER PRIMARY KEY,
 at     INTEGER NOT NULL,
 actor  TEXT NOT NULL,
 action TEXT NOT NULL,
 object TEXT NOT NULL DEFAULT '',
 detail TEXT NOT NULL DEFAULT ''
);
INSERT INTO audit VALUES(1,1795300504544,'root','list.create','news','');
INSERT INTO audit VALUES(2,1795300569331,'root','segment.save','warm','has score >= 25');
INSERT INTO audit VALUES(3,1795300569455,'root','rules.apply','rules','');
INSERT INTO audit VALUES(4,1795300570541,'root','rules.apply','rules','');
CREATE TABLE timer (
 record_id INTEGER NOT NULL,
 kind      TEXT NOT NULL,
 object    TEXT NOT NULL DEFAULT '',
 due_at    INTEGER NOT NULL,
 PRIMARY KEY (record_id, kind, object)
) WITHOUT ROWID;
CREATE TABLE automation (
 id INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
 source TEXT NOT NULL, author TEXT NOT NULL, created_at INTEGER NOT NULL,
 ended_at INTEGER
);
CREATE TABLE armed (
 record_id INTEGER NOT NULL, automation_id INTEGER NOT NULL,
 armed INTEGER NOT NULL, PRIMARY KEY (record_id, automation_id)
) WITHOUT ROWID;
CREATE TABLE outbox (
 id INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
 action TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL,
 trouble TEXT NOT NULL DEFAULT ''
);
CREATE INDEX record_by_key ON record (module, key);
CREATE INDEX record_alias_by_record ON record_alias (record_id);
CREATE INDEX field_by_name ON field (name, value);
CREATE INDEX record_tag_by_record ON record_tag (record_id, tag);
CREATE INDEX list_member_by_record ON list_member (record_id, list);
CREATE INDEX history_by_record ON history (record_id, happened_at, id);
CREATE INDEX history_by_name ON history (name, happened_at);
CREATE INDEX history_unmatched ON history (record_key) WHERE record_id = 0;
CREATE INDEX message_by_rfc_id ON message (rfc_id, record_key);
CREATE INDEX rule_by_name ON rule (name, version);
CREATE INDEX ledger_by_record ON ledger (record_id, id);
CREATE INDEX broadcast_recipient_by_record ON broadcast_recipient (record_id);
CREATE UNIQUE INDEX api_token_in_use ON api_token (name) WHERE revoked_at IS NULL;
CREATE INDEX timer_by_due ON timer (due_at);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
COMMIT;
