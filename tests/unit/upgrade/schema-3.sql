-- A store of schema 3, as its release wrote it: a demo, and by hand a link,
-- consent, folded history, a run of the rules, a broadcast half sent, a user.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
 name  TEXT PRIMARY KEY,
 value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('automation.bands','');
INSERT INTO meta VALUES('automation.recompute','0');
INSERT INTO meta VALUES('checkpoint_ledger_id','1882549414244909078 2');
INSERT INTO meta VALUES('degrade.0','1=2,1');
INSERT INTO meta VALUES('degrade.1','1=2,1');
INSERT INTO meta VALUES('degrade.2','1=2,1');
INSERT INTO meta VALUES('generation','2');
INSERT INTO meta VALUES('order.1','8 6 2 3 1 4 7 5 ');
INSERT INTO meta VALUES('order.2','8 6 2 3 1 4 9 5 ');
INSERT INTO meta VALUES('schema','3');
INSERT INTO meta VALUES('segments.2','{"warm":"has score >= 25"}');
CREATE TABLE spool_position (
 spool_id TEXT PRIMARY KEY,              -- hex
 segment  INTEGER NOT NULL,
 position INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO spool_position VALUES('2fb59401fc01910c306482a0063d5f29',1,15955);
CREATE TABLE record (
 id         INTEGER PRIMARY KEY,         -- small and dense: index of the scoreboard
 record_key INTEGER UNIQUE,              -- the hash in tokens, as signed 64 bit; NULL = deleted
 module     TEXT NOT NULL DEFAULT 'contact',
 key        TEXT NOT NULL,               -- normal form; '' = not known yet, or deleted
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
);
INSERT INTO record VALUES(1,-1259294683014015926,'contact','ann@orchard.example',1788427022000,NULL);
INSERT INTO record VALUES(2,6431628467234737138,'contact','ben@harbour.example',1795339019571,NULL);
INSERT INTO record VALUES(3,-7000658203470043747,'contact','cleo@atelier.example',1795339019697,NULL);
INSERT INTO record VALUES(4,7676358791667608158,'contact','dan@gone.example',1795339019925,NULL);
INSERT INTO record VALUES(5,-3922417773325976383,'contact','eve@meadow.example',1791019024000,NULL);
INSERT INTO record VALUES(6,-344768873445197043,'account','Orchard Ltd',1795339022761,NULL);
INSERT INTO record VALUES(7,NULL,'contact','',1795339025199,1795339025316);
INSERT INTO record VALUES(8,3669818471423211339,'contact','fay@shore.example',1795339025470,NULL);
INSERT INTO record VALUES(9,1008047881423112675,'contact','gil@new.example',1795339025848,NULL);
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
INSERT INTO field VALUES(8,'first_name','Fay');
INSERT INTO field VALUES(9,'first_name','Gil');
INSERT INTO field VALUES(3,'job_title','buyer');
CREATE TABLE record_tag (                       -- derived
 record_id INTEGER NOT NULL,
 tag       TEXT NOT NULL,
 PRIMARY KEY (tag, record_id)
) WITHOUT ROWID;
INSERT INTO record_tag VALUES(1,'good');
INSERT INTO record_tag VALUES(2,'good');
CREATE TABLE list (
 name       TEXT PRIMARY KEY,
 title      TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 deleted_at INTEGER
) WITHOUT ROWID;
INSERT INTO list VALUES('news','Juniper news',1795339019162,NULL);
CREATE TABLE list_member (                      -- derived
 list      TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 state     INTEGER NOT NULL,             -- 1 joined, 2 unconfirmed, 3 left
 since     INTEGER NOT NULL,
 how       TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (list, record_id)
) WITHOUT ROWID;
INSERT INTO list_member VALUES('news',1,1,1795339019471,'cli');
INSERT INTO list_member VALUES('news',2,1,1795339019571,'cli');
INSERT INTO list_member VALUES('news',3,1,1795339019697,'cli');
INSERT INTO list_member VALUES('news',4,1,1795339019925,'cli');
INSERT INTO list_member VALUES('news',5,1,1795339020230,'cli');
INSERT INTO list_member VALUES('news',9,1,1795339025848,'cli');
CREATE TABLE suppression (
 record_key INTEGER PRIMARY KEY,         -- works for unknown records too
 reason     TEXT NOT NULL,               -- hard-bounce, soft-bounces, complaint, manual
 evidence   TEXT NOT NULL DEFAULT '',
 source     TEXT NOT NULL DEFAULT '',
 created_at INTEGER NOT NULL,
 expires_at INTEGER
);
INSERT INTO suppression VALUES(-4198170264698718112,'manual','','cli',1795339024701,NULL);
INSERT INTO suppression VALUES(7676358791667608158,'hard-bounce','550 5.1.1 No such user here','engine',1795339020705,NULL);
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
, generation INTEGER);
INSERT INTO history VALUES(1882549407680823296,1,-1259294683014015926,1795339019471,1795339019471,2,'record.created',0,'cli','root','',0,'',NULL,0,1,'{}',NULL);
INSERT INTO history VALUES(1882549407680823297,1,-1259294683014015926,1795339019471,1795339019471,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ann"}',NULL);
INSERT INTO history VALUES(1882549407680823298,1,-1259294683014015926,1795339019471,1795339019471,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549407785680896,2,6431628467234737138,1795339019571,1795339019571,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549407785680897,2,6431628467234737138,1795339019571,1795339019571,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Ben"}',NULL);
INSERT INTO history VALUES(1882549407785680898,2,6431628467234737138,1795339019571,1795339019571,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549407917801472,3,-7000658203470043747,1795339019697,1795339019697,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549407917801473,3,-7000658203470043747,1795339019697,1795339019697,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Cleo"}',NULL);
INSERT INTO history VALUES(1882549407917801474,3,-7000658203470043747,1795339019697,1795339019697,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549408156876800,4,7676358791667608158,1795339019925,1795339019925,2,'record.created',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549408156876801,4,7676358791667608158,1795339019925,1795339019925,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Dan"}',NULL);
INSERT INTO history VALUES(1882549408156876802,4,7676358791667608158,1795339019925,1795339019925,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549408476692480,5,-3922417773325976383,1795339020230,1795339020230,2,'record.created',0,'cli','root','',0,'',NULL,0,1,'{}',NULL);
INSERT INTO history VALUES(1882549408476692481,5,-3922417773325976383,1795339020230,1795339020230,4,'field.changed',0,'cli','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Eve"}',NULL);
INSERT INTO history VALUES(1882549408476692482,5,-3922417773325976383,1795339020230,1795339020230,7,'list.joined',0,'cli','root','',0,'',NULL,1,1,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549408775536640,1,-1259294683014015926,1795339020515,1795339020515,1,'email.sent',117659338048490079,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ann@orchard.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549408899268608,2,6431628467234737138,1795339020633,1795339020633,1,'email.sent',117659338056223328,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.ben@harbour.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549408943308800,3,-7000658203470043747,1795339020675,1795339020675,1,'email.sent',117659338058975841,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.cleo@atelier.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549408950648832,4,7676358791667608158,1795339020682,1795339020682,1,'email.sent',117659338059434594,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.dan@gone.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549408957988864,5,-3922417773325976383,1795339020689,1795339020689,1,'email.sent',117659338059893347,'engine','','',0,'',NULL,1,1,'{"campaign":"spring-teas","subject":"Spring teas have arrived","rfc_id":"<spring.eve@meadow.example>","sender":"news@juniper.example","list":"news","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549408974766080,4,7676358791667608158,1795339020705,1795339020705,1,'email.bounced',117659338059434594,'bounce','','',0,'',NULL,1,1,'{"class":"hard","reason":"user-unknown","status":"5.1.1","diagnostic":"550 5.1.1 No such user here","recipient":"dan@gone.example","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882549408995737601,4,7676358791667608158,1795339020705,1795339020705,13,'record.suppressed',117659338059434594,'engine','','email.bounced',0,'',NULL,1,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here"}',NULL);
INSERT INTO history VALUES(1882549408995737602,4,7676358791667608158,1795339020705,1795339020705,13,'record.suppressed',117659338059434594,'bounce','','',0,'',NULL,0,1,'{"reason":"hard-bounce","evidence":"550 5.1.1 No such user here","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882549409124712448,1,-1259294683014015926,1795339020848,1795339020848,1,'email.opened',117659338048490079,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882549409158266881,2,6431628467234737138,1795339020849,1795339020849,1,'email.opened',117659338056223328,'open','','',0,'',NULL,1,1,'{"campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882549409158266883,1,-1259294683014015926,1795339020850,1795339020850,1,'email.clicked',117659338048490079,'click','','',0,'',NULL,1,1,'{"url":"https://shop.juniper.example/teas?season=spring&sort=new","campaign":"spring-teas"}',NULL);
INSERT INTO history VALUES(1882549409187627008,3,-7000658203470043747,1795339020908,1795339020908,4,'field.changed',0,'form','','',0,'',NULL,0,1,'{"name":"first_name","value":"Cleo","only_if":"empty"}',NULL);
INSERT INTO history VALUES(1882549409187627009,3,-7000658203470043747,1795339020908,1795339020908,4,'field.changed',0,'form','','',0,'',NULL,1,1,'{"name":"job_title","value":"buyer","only_if":"empty"}',NULL);
INSERT INTO history VALUES(1882549409208598529,3,-7000658203470043747,1795339020908,1795339020908,7,'list.joined',0,'form','','',0,'',NULL,0,1,'{"list":"news","how":"form","only_if":"not_left","source":"form brochure","wording":""}',NULL);
INSERT INTO history VALUES(1882549409208598530,3,-7000658203470043747,1795339020908,1795339020908,1,'form.submitted',0,'form','','',0,'',NULL,1,1,'{"form":"brochure","first_name":"Cleo","job_title":"buyer","submission":"01a2028b6a6c4a64"}',NULL);
INSERT INTO history VALUES(1882549409208598532,2,6431628467234737138,1795339020909,1795339020909,1,'order.paid',0,'webhook','','',0,'',NULL,1,1,'{"order":"2026-117","total":"48.5"}',NULL);
INSERT INTO history VALUES(1882549409208598535,2,6431628467234737138,1795339020909,1795339020928,5,'tag.added',0,'automation','automation Good customer','score rises to 50 (55)',0,'',NULL,1,1,'{"tag":"good"}',NULL);
INSERT INTO history VALUES(1882549409208598537,2,6431628467234737138,1795339020928,1795339020928,23,'sequence.started',0,'sequence','sequence After an order','tag ''good''',0,'',NULL,1,1,'{"sequence":"After an order"}',NULL);
INSERT INTO history VALUES(1882549409210695681,2,6431628467234737138,1795339020930,1795339020930,23,'sequence.stepped',0,'sequence','sequence After an order','step Thanks: sent',0,'',NULL,1,1,'{"sequence":"After an order","step":"Thanks","what":"sent"}',NULL);
INSERT INTO history VALUES(1882549409221181440,2,6431628467234737138,1795339020940,1795339020940,1,'email.sent',117659338075699660,'engine','','',0,'',NULL,1,1,'{"campaign":"thanks","subject":"Thank you, Ben","rfc_id":"<01a2028b6a8279cc.5941bc03c4d10bf2@juniper.example>","sender":"ann@juniper.example","broadcast":"thanks","tracking":"none"}',NULL);
INSERT INTO history VALUES(1882549410475278336,1,-1259294683014015926,1795339022136,1795339022136,1,'email.sent',117659338153151077,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ann, a tin is put aside for you","rfc_id":"<01a2028b6f204a65.ee8616286769544a@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549410479472640,1,-1259294683014015926,1795339022140,1795339022140,1,'broadcast.sent',117659338153151077,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882549410538192896,2,6431628467234737138,1795339022196,1795339022196,1,'email.sent',117659338153151078,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Ben, a tin is put aside for you","rfc_id":"<01a2028b6f204a66.5941bc03c4d10bf2@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549410549727232,2,6431628467234737138,1795339022207,1795339022207,1,'broadcast.sent',117659338153151078,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882549410551824384,3,-7000658203470043747,1795339022209,1795339022209,1,'email.sent',117659338153151079,'engine','','',0,'',NULL,1,1,'{"campaign":"tin","subject":"Cleo, a tin is put aside for you","rfc_id":"<01a2028b6f204a67.9ed8aa747c3e659d@juniper.example>","sender":"news@juniper.example","broadcast":"tin","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549410559164416,3,-7000658203470043747,1795339022216,1795339022216,1,'broadcast.sent',117659338153151079,'broadcast','','',0,'',NULL,1,1,'{"broadcast":"tin","campaign":"tin"}',NULL);
INSERT INTO history VALUES(1882549411130638336,6,-344768873445197043,1795339022761,1795339022761,2,'record.created',0,'engine','','record.linked',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549411130638337,1,-1259294683014015926,1795339022761,1795339022761,16,'record.linked',0,'cli','root','',0,'',NULL,1,1,'{"relation":"account","module":"account","key":"Orchard Ltd","to":"6","end":"fb37228948affb0d","one":"yes"}',NULL);
INSERT INTO history VALUES(1882549411366567936,1,-1259294683014015926,1792713599999,1795339031872,22,'record.opening',0,'engine','','before 2026-10-23',0,'',NULL,1,2,'{"state.00":"AQITYW5uQG9yY2hhcmQuZXhhbXBsZQHguvXojGgAAAAAAAAAAAAAAAABBgkBAAAAAAAAAABAJB7klFIOOkCwyujIpmgAAAIABgEAAAAAAAAiQLCa6qyjaICAgIPorZSgNAAGAQAAAAAAACJAsMroyKZogICAxumtlKA0AAQGCQEAAAAAAAAAAABAAAAAAAAAIkDguvXojGjg-uG4s2iAgICK5a2UoDQGCQEAAAAAAAAAAABAAAAAAAAAIkDgmvKgk2jg2t7wuWiAgICo5q2UoDQGCQEAAAAAAAAAAABAAAAAAAAAIkCwmuqso2iw2tb8yWiAgICD6K2UoDQGCQEAAAAAAAAAAABAAAAAAAAAIkCwyujIpmiwitWYzWiAgIDG6a2UoDQAAQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQPmI9W3mdDVAAAAAAAAAAAACCWNhbGwuaGVsZADguvXojGiwyujIpmgEDXNjb3JlLmNoYW5nZWQA4Lr16IxosMroyKZoBA"}',NULL);
INSERT INTO history VALUES(1882549412311334912,1,-1259294683014015926,1795079823000,1795339023887,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549412501127168,1,-1259294683014015926,1795252623000,1795339024068,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549412662607872,5,-3922417773325976383,1792713599999,1795339031872,22,'record.opening',0,'engine','','before 2026-10-23',0,'',NULL,1,2,'{"state.00":"AQISZXZlQG1lYWRvdy5leGFtcGxlAYD665CgaAAAAAAAAAAAAAAAAAEGCQEAAAAAAAAAAEAAAAAAAAAiQID665CgaAAAAQAGAQAAAAAAACJAgPrrkKBogICA3u6tlKA0AAEGCQEAAAAAAAAAAABAAAAAAAAAIkCA-uuQoGiAutjgxmiAgIDe7q2UoDQAAQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQJBVLw3zOBhAAAAAAAAAAAACCWNhbGwuaGVsZACA-uuQoGiA-uuQoGgBDXNjb3JlLmNoYW5nZWQAgPrrkKBogPrrkKBoAQ"}',NULL);
INSERT INTO history VALUES(1882549412797874176,1,-1259294683014015926,1795339024000,1795339024351,1,'call.held',0,'cli','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549412798922756,1,-1259294683014015926,1795339024000,1795339024352,5,'tag.added',0,'automation','automation Good customer','score rises to 50 (51.1581)',0,'',NULL,1,1,'{"tag":"good"}',NULL);
INSERT INTO history VALUES(1882549412798922758,1,-1259294683014015926,1795339024352,1795339024352,23,'sequence.started',0,'sequence','sequence After an order','tag ''good''',0,'',NULL,1,1,'{"sequence":"After an order"}',NULL);
INSERT INTO history VALUES(1882549412801019905,1,-1259294683014015926,1795339024354,1795339024354,23,'sequence.stepped',0,'sequence','sequence After an order','step Thanks: sent',0,'',NULL,1,1,'{"sequence":"After an order","step":"Thanks","what":"sent"}',NULL);
INSERT INTO history VALUES(1882549412809408512,1,-1259294683014015926,1795339024362,1795339024362,1,'email.sent',117659338300095349,'engine','','',0,'',NULL,1,1,'{"campaign":"thanks","subject":"Thank you, Ann","rfc_id":"<01a2028b77e27b75.ee8616286769544a@juniper.example>","sender":"ann@juniper.example","broadcast":"thanks","tracking":"none"}',NULL);
INSERT INTO history VALUES(1882549413034852352,3,-7000658203470043747,1795339024577,1795339024577,20,'consent.changed',0,'cli','root','',0,'',NULL,1,1,'{"what":"opens","state":"denied","source":"letter","wording":"no pictures"}',NULL);
INSERT INTO history VALUES(1882549413164875776,0,-4198170264698718112,1795339024701,1795339024701,13,'record.suppressed',0,'cli','root','',0,'',NULL,1,1,'{"reason":"manual"}',NULL);
INSERT INTO history VALUES(1882549413500420096,5,-3922417773325976383,1795339025021,1795339025021,11,'score.set',0,'cli','root','by hand',0,'',NULL,1,1,'{"score":"lead","points":"40"}',NULL);
INSERT INTO history VALUES(1882549413636734976,3,-7000658203470043747,1795339025151,1795339025151,10,'score.added',0,'cli','root','a talk',0,'',NULL,1,1,'{"score":"lead","points":"12"}',NULL);
INSERT INTO history VALUES(1882549413971230720,8,3669818471423211339,1795339025470,1795339025470,2,'record.created',0,'import','root','',0,'',NULL,1,1,'{}',NULL);
INSERT INTO history VALUES(1882549413971230721,8,3669818471423211339,1795339025470,1795339025470,4,'field.changed',0,'import','root','',0,'',NULL,1,1,'{"name":"first_name","value":"Fay"}',NULL);
INSERT INTO history VALUES(1882549413971230722,8,3669818471423211339,1795339025470,1795339025470,11,'score.set',0,'import','root','',0,'',NULL,1,1,'{"score":"lead","points":"7"}',NULL);
INSERT INTO history VALUES(1882549414244909067,6,-344768873445197043,1795339024000,1795339025731,18,'record.rolled_up',0,'engine','','Held a call, of a linked contact',0,'',NULL,1,2,'{"rule":"Held a call","points":"2","of":"9","from":"1","cause":"1882549412797874176"}',2);
INSERT INTO history VALUES(1882549414367592448,9,1008047881423112675,1795339025848,1795339025848,2,'record.created',0,'cli','root','',0,'',NULL,1,2,'{}',NULL);
INSERT INTO history VALUES(1882549414367592449,9,1008047881423112675,1795339025848,1795339025848,4,'field.changed',0,'cli','root','',0,'',NULL,1,2,'{"name":"first_name","value":"Gil"}',NULL);
INSERT INTO history VALUES(1882549414367592450,9,1008047881423112675,1795339025848,1795339025848,7,'list.joined',0,'cli','root','',0,'',NULL,1,2,'{"list":"news","how":"cli"}',NULL);
INSERT INTO history VALUES(1882549414543753216,3,-7000658203470043747,1795339026016,1795339026016,1,'email.sent',117659338408413801,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Cleo, a tin is put aside for you","rfc_id":"<01a2028b7e574a69.9ed8aa747c3e659d@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"clicks"}',NULL);
INSERT INTO history VALUES(1882549414545850368,3,-7000658203470043747,1795339026018,1795339026018,1,'broadcast.sent',117659338408413801,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882549414548996096,2,6431628467234737138,1795339026021,1795339026021,1,'email.sent',117659338408413800,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Ben, a tin is put aside for you","rfc_id":"<01a2028b7e574a68.5941bc03c4d10bf2@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549414550044672,5,-3922417773325976383,1795339026022,1795339026022,1,'email.sent',117659338408413802,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Eve, a tin is put aside for you","rfc_id":"<01a2028b7e574a6a.c990c5d12839fcc1@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549414562627584,2,6431628467234737138,1795339026034,1795339026034,1,'broadcast.sent',117659338408413800,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882549414564724736,5,-3922417773325976383,1795339026036,1795339026036,1,'broadcast.sent',117659338408413802,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
INSERT INTO history VALUES(1882549414564724737,9,1008047881423112675,1795339026036,1795339026036,1,'email.sent',117659338408413803,'engine','','',0,'',NULL,1,2,'{"campaign":"halves","subject":"Gil, a tin is put aside for you","rfc_id":"<01a2028b7e574a6b.0dfd4e3510cf49e3@juniper.example>","sender":"news@juniper.example","broadcast":"halves","tracking":"opens,clicks"}',NULL);
INSERT INTO history VALUES(1882549414573113344,9,1008047881423112675,1795339026044,1795339026044,1,'broadcast.sent',117659338408413803,'broadcast','','',0,'',NULL,1,2,'{"broadcast":"halves","campaign":"halves"}',NULL);
CREATE TABLE external_id (
 day         INTEGER NOT NULL,
 external_id INTEGER NOT NULL,
 PRIMARY KEY (day, external_id)
) WITHOUT ROWID;
INSERT INTO external_id VALUES(20779,-9110093683433003333);
INSERT INTO external_id VALUES(20779,-8488562537903743640);
INSERT INTO external_id VALUES(20779,-7340225770002102064);
INSERT INTO external_id VALUES(20779,-5665845881728681653);
INSERT INTO external_id VALUES(20779,-5175540066176625581);
INSERT INTO external_id VALUES(20779,-3844058398588764354);
INSERT INTO external_id VALUES(20779,-3637990243699107401);
INSERT INTO external_id VALUES(20779,-3509800574027860959);
INSERT INTO external_id VALUES(20779,-2997700153620464259);
INSERT INTO external_id VALUES(20779,-2451895204549854735);
INSERT INTO external_id VALUES(20779,-2137161775374077792);
INSERT INTO external_id VALUES(20779,-2101061766171755295);
INSERT INTO external_id VALUES(20779,-2007453527564126444);
INSERT INTO external_id VALUES(20779,-1082111676389823773);
INSERT INTO external_id VALUES(20779,-1011071473123730517);
INSERT INTO external_id VALUES(20779,63864964725815301);
INSERT INTO external_id VALUES(20779,277879511529851780);
INSERT INTO external_id VALUES(20779,613087518450570348);
INSERT INTO external_id VALUES(20779,1695536860073534698);
INSERT INTO external_id VALUES(20779,2335497695404987071);
INSERT INTO external_id VALUES(20779,4111555455514390866);
INSERT INTO external_id VALUES(20779,4243295847888593699);
INSERT INTO external_id VALUES(20779,4341365108364518452);
INSERT INTO external_id VALUES(20779,5339163447059967085);
INSERT INTO external_id VALUES(20779,5870222932650143472);
INSERT INTO external_id VALUES(20779,6296958616379073946);
INSERT INTO external_id VALUES(20779,6868130578522397155);
CREATE TABLE message (
 message_id    INTEGER NOT NULL,
 record_key    INTEGER NOT NULL,
 rfc_id        INTEGER NOT NULL,         -- hash64 of the Message-ID header
 campaign      TEXT NOT NULL DEFAULT '',
 subject       TEXT NOT NULL DEFAULT '',
 sender        TEXT NOT NULL DEFAULT '', -- the original envelope sender
 sent_at       INTEGER NOT NULL, reply_to TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (message_id, record_key)
) WITHOUT ROWID;
INSERT INTO message VALUES(117659338048490079,-1259294683014015926,-7170327130443218865,'spring-teas','Spring teas have arrived','news@juniper.example',1795339020515,'');
INSERT INTO message VALUES(117659338056223328,6431628467234737138,-8666293720402711681,'spring-teas','Spring teas have arrived','news@juniper.example',1795339020633,'');
INSERT INTO message VALUES(117659338058975841,-7000658203470043747,7264162339073260511,'spring-teas','Spring teas have arrived','news@juniper.example',1795339020675,'');
INSERT INTO message VALUES(117659338059434594,7676358791667608158,3316324393079725695,'spring-teas','Spring teas have arrived','news@juniper.example',1795339020682,'');
INSERT INTO message VALUES(117659338059893347,-3922417773325976383,618318182843959866,'spring-teas','Spring teas have arrived','news@juniper.example',1795339020689,'');
INSERT INTO message VALUES(117659338075699660,6431628467234737138,8920456033808336310,'thanks','Thank you, Ben','ann@juniper.example',1795339020940,'');
INSERT INTO message VALUES(117659338153151077,-1259294683014015926,-2463366441371295644,'tin','Ann, a tin is put aside for you','news@juniper.example',1795339022136,'');
INSERT INTO message VALUES(117659338153151078,6431628467234737138,3440552247703986781,'tin','Ben, a tin is put aside for you','news@juniper.example',1795339022196,'');
INSERT INTO message VALUES(117659338153151079,-7000658203470043747,2202122442409645168,'tin','Cleo, a tin is put aside for you','news@juniper.example',1795339022209,'');
INSERT INTO message VALUES(117659338300095349,-1259294683014015926,793804361578764180,'thanks','Thank you, Ann','ann@juniper.example',1795339024362,'');
INSERT INTO message VALUES(117659338408413800,6431628467234737138,-6754144926285018240,'halves','Ben, a tin is put aside for you','news@juniper.example',1795339026021,'');
INSERT INTO message VALUES(117659338408413801,-7000658203470043747,-1888569837585869494,'halves','Cleo, a tin is put aside for you','news@juniper.example',1795339026016,'');
INSERT INTO message VALUES(117659338408413802,-3922417773325976383,1727053902058947318,'halves','Eve, a tin is put aside for you','news@juniper.example',1795339026022,'');
INSERT INTO message VALUES(117659338408413803,1008047881423112675,9096648058008356321,'halves','Gil, a tin is put aside for you','news@juniper.example',1795339026036,'');
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
, hides TEXT NOT NULL DEFAULT '');
INSERT INTO ruleset VALUES(1,1795339016234,'first start','',NULL,'');
INSERT INTO ruleset VALUES(2,1795339025633,'root','',NULL,'');
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
INSERT INTO rule VALUES(1,'Address is gone',1,4,1,NULL,0,'first start',1795339016234,replace('rule "Address is gone" {\n  on       = "email.bounced"\n  when     = "signal.class = ''hard''"\n  subtract = 20\n}\n','\n',char(10)));
INSERT INTO rule VALUES(2,'Asked for a brochure',1,2,1,NULL,0,'first start',1795339016234,replace('rule "Asked for a brochure" {\n  on  = "form.submitted"\n  add = 15\n}\n','\n',char(10)));
INSERT INTO rule VALUES(3,'Bought something',1,3,1,NULL,0,'first start',1795339016234,replace('rule "Bought something" {\n  on      = "order.paid"\n  add     = 50\n  because = "paid order {{signal.order}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(4,'Buys for a company',1,5,1,NULL,0,'first start',1795339016234,replace('rule "Buys for a company" {\n  when = "field.job_title in (''buyer'', ''owner'')"\n  add  = 10\n}\n','\n',char(10)));
INSERT INTO rule VALUES(5,'Did not click',1,7,1,NULL,0,'first start',1795339016234,replace('rule "Did not click" {\n  on       = "email.sent"\n  unless   = "email.clicked within 7d"\n  subtract = 3\n}\n','\n',char(10)));
INSERT INTO rule VALUES(6,'Followed a link',1,1,1,NULL,0,'first start',1795339016234,replace('rule "Followed a link" {\n  on       = "email.clicked"\n  add      = 20\n  once_per = "link"\n  because  = "followed {{signal.url}}"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(7,'Held a call',1,6,1,2,0,'first start',1795339016234,replace('rule "Held a call" {\n  also    = "account"\n  on      = "call.held"\n  add     = 8\n  cap     = "20 per 7d"\n  expires = "60d"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(8,'Opened the mail',1,0,1,NULL,0,'first start',1795339016234,replace('rule "Opened the mail" {\n  on       = "email.opened"\n  add      = 5\n  once_per = "message"\n}\n','\n',char(10)));
INSERT INTO rule VALUES(9,'Held a call',2,6,2,NULL,0,'root',1795339025633,replace('rule "Held a call" {\n  also    = "account"\n  on      = "call.held"\n  add     = 9\n  cap     = "20 per 7d"\n  expires = "60d"\n}\n','\n',char(10)));
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
INSERT INTO ledger VALUES(1882549414244909056,1,1,1792713599999,21.456641075558739117,2,1,2.0,1,0,0,1882549411366567936,'before 2026-10-23',21.456641075558739117,2);
INSERT INTO ledger VALUES(1882549414244909060,1,1,1793611022000,-2.677978284229083794,2,1,2.0,2,0,9,1882549411366567936,'expired: Held a call',14.717184109497548405,2);
INSERT INTO ledger VALUES(1882549414244909061,1,1,1794475022000,-2.677978284229083794,2,1,2.0,2,0,9,1882549411532242944,'expired: Held a call',9.3470326455988761438,2);
INSERT INTO ledger VALUES(1882549414244909062,1,1,1795079823000,9.0,2,1,2.0,1,0,9,1882549412311334912,'Held a call',17.114395802364853693,2);
INSERT INTO ledger VALUES(1882549414244909063,1,1,1795252623000,9.0,2,1,2.0,1,0,9,1882549412501127168,'Held a call',25.436665728591204781,2);
INSERT INTO ledger VALUES(1882549414244909064,1,1,1795339020848,5.0,2,1,2.0,1,0,8,1882549409124712448,'Opened the mail',29.927944957684886162,2);
INSERT INTO ledger VALUES(1882549414244909065,1,1,1795339020850,20.0,2,1,2.0,1,0,6,1882549409158266883,'followed https://shop.juniper.example/teas?season=spring&sort=new',49.927944943688927991,2);
INSERT INTO ledger VALUES(1882549414244909066,1,1,1795339024000,2.0,2,1,2.0,1,0,9,1882549412797874176,'Held a call',51.927908168923252673,2);
INSERT INTO ledger VALUES(1882549414244909068,2,1,1795339020849,5.0,2,1,2.0,1,0,8,1882549409158266881,'Opened the mail',5.0,2);
INSERT INTO ledger VALUES(1882549414244909069,2,1,1795339020909,50.0,2,1,2.0,1,0,3,1882549409208598532,'paid order 2026-117',54.999999929851711042,2);
INSERT INTO ledger VALUES(1882549414244909070,3,1,1795339020908,10.0,1,1,0.0,1,0,4,1882549409187627009,'Buys for a company',10.0,2);
INSERT INTO ledger VALUES(1882549414244909071,3,1,1795339020908,15.0,2,1,2.0,1,0,2,1882549409208598530,'Asked for a brochure',25.0,2);
INSERT INTO ledger VALUES(1882549414244909072,3,1,1795339025151,12.0,3,1,0.0,1,0,0,1882549413636734976,'a talk',36.999985118047810316,2);
INSERT INTO ledger VALUES(1882549414244909073,4,1,1795339020705,-20.0,2,-1,2.0,1,0,1,1882549408974766080,'Address is gone',-20.0,2);
INSERT INTO ledger VALUES(1882549414244909074,5,1,1792713599999,6.055614667905857118,2,1,2.0,1,0,0,1882549412662607872,'before 2026-10-23',6.055614667905857118,2);
INSERT INTO ledger VALUES(1882549414244909075,5,1,1795339025021,-3.2775263383138373285,2,1,2.0,2,0,0,1882549413500420096,'by hand',0.0,2);
INSERT INTO ledger VALUES(1882549414244909076,5,1,1795339025021,40.0,3,1,0.0,1,0,0,1882549413500420096,'by hand',40.0,2);
INSERT INTO ledger VALUES(1882549414244909077,6,1,1795339024000,2.0,2,1,2.0,1,0,9,1882549414244909067,'Held a call, of a linked contact',2.0,2);
INSERT INTO ledger VALUES(1882549414244909078,8,1,1795339025470,7.0,3,1,0.0,1,0,0,1882549413971230722,'score.set',7.0,2);
CREATE TABLE score_state (
 record_id INTEGER NOT NULL,
 score_id  INTEGER NOT NULL,
 state     BLOB NOT NULL,
 PRIMARY KEY (record_id, score_id)
) WITHOUT ROWID;
INSERT INTO score_state VALUES(1,1,X'0101010000000000487d8b02a20100000000000000000000000000000000000000000000000000000000000000000000000000000000004003301101c5f649400000000000000000');
INSERT INTO score_state VALUES(2,1,X'0101010000000000487d8b02a201000000000000000000000000000000000000000000000000000000000000000000000000000000000040a886aaf6fd7f4b400000000000000000');
INSERT INTO score_state VALUES(3,1,X'0101010000000000487d8b02a20100000000000000002440000000000000000000000000000028400000000000000000000000000000004089dfcbc7fdff2d400000000000000000');
INSERT INTO score_state VALUES(4,1,X'0101010000000000487d8b02a2010000000000000000000000000000000000000000000000000000000000000000000000000000000000400000000000000000a8334575feff33c0');
INSERT INTO score_state VALUES(5,1,X'0101000000000000487d8b02a20100000000000000000000000000000000000000000000000044400000000000000000');
INSERT INTO score_state VALUES(6,1,X'0101010000000000487d8b02a201000000000000000000000000000000000000000000000000000000000000000000000000000000000040d8221226ffffff3f0000000000000000');
INSERT INTO score_state VALUES(8,1,X'0101000000000000487d8b02a2010000000000000000000000000000000000000000000000001c400000000000000000');
CREATE TABLE segment (
 name       TEXT PRIMARY KEY,
 expression TEXT NOT NULL,
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO segment VALUES('warm','has score >= 25','root',1795339024876);
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
INSERT INTO broadcast VALUES('halves','testing',X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a','list ''news''','','{"split_a":40,"split_b":40,"by_opens":false,"after_ms":14400000,"decide_at":1795353426105}','root',1795339025914,1795339026003,NULL,'');
INSERT INTO broadcast VALUES('tin','sent',X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a','list ''news'' and has score >= 20','','{}','root',1795339022051,1795339022108,1795339022269,'');
CREATE TABLE broadcast_recipient (
 broadcast  TEXT NOT NULL,
 record_id  INTEGER NOT NULL,
 state      TEXT NOT NULL,               -- queued, handing-over, sent, failed, skipped, doubtful
 reason     TEXT NOT NULL DEFAULT '',
 message_id INTEGER NOT NULL DEFAULT 0,
 changed_at INTEGER NOT NULL, variant INTEGER NOT NULL DEFAULT 0,
 PRIMARY KEY (broadcast, record_id)
) WITHOUT ROWID;
INSERT INTO broadcast_recipient VALUES('halves',1,'waiting','',0,1795339026003,0);
INSERT INTO broadcast_recipient VALUES('halves',2,'sent','',117659338408413800,1795339026034,0);
INSERT INTO broadcast_recipient VALUES('halves',3,'sent','',117659338408413801,1795339026018,1);
INSERT INTO broadcast_recipient VALUES('halves',4,'skipped','suppressed',0,1795339026003,0);
INSERT INTO broadcast_recipient VALUES('halves',5,'sent','',117659338408413802,1795339026036,1);
INSERT INTO broadcast_recipient VALUES('halves',9,'sent','',117659338408413803,1795339026044,0);
INSERT INTO broadcast_recipient VALUES('tin',1,'sent','',117659338153151077,1795339022140,0);
INSERT INTO broadcast_recipient VALUES('tin',2,'sent','',117659338153151078,1795339022207,0);
INSERT INTO broadcast_recipient VALUES('tin',3,'sent','',117659338153151079,1795339022216,0);
CREATE TABLE api_token (
 id         INTEGER PRIMARY KEY,
 name       TEXT NOT NULL,               -- audit name
 role       TEXT NOT NULL,               -- reader, operator, manager
 hash       BLOB NOT NULL UNIQUE,        -- BLAKE2b of the token; the token is shown once
 created_at INTEGER NOT NULL,
 expires_at INTEGER,
 revoked_at INTEGER
, last_used_at INTEGER);
CREATE TABLE audit (
 id     INTEGER PRIMARY KEY,
 at     INTEGER NOT NULL,
 actor  TEXT NOT NULL,
 action TEXT NOT NULL,
 object TEXT NOT NULL DEFAULT '',
 detail TEXT NOT NULL DEFAULT ''
, origin TEXT NOT NULL DEFAULT '');
INSERT INTO audit VALUES(1,1795339019162,'root','list.create','news','','uid 0');
INSERT INTO audit VALUES(2,1795339019471,'root','contact.create','ann@orchard.example','','uid 0');
INSERT INTO audit VALUES(3,1795339019571,'root','contact.create','ben@harbour.example','','uid 0');
INSERT INTO audit VALUES(4,1795339019697,'root','contact.create','cleo@atelier.example','','uid 0');
INSERT INTO audit VALUES(5,1795339019925,'root','contact.create','dan@gone.example','','uid 0');
INSERT INTO audit VALUES(6,1795339020230,'root','contact.create','eve@meadow.example','','uid 0');
INSERT INTO audit VALUES(7,1795339022049,'root','broadcast.create','tin','','uid 0');
INSERT INTO audit VALUES(8,1795339022108,'root','broadcast.order','tin','send','uid 0');
INSERT INTO audit VALUES(9,1795339022761,'root','contact.link','ann@orchard.example','account Orchard Ltd','uid 0');
INSERT INTO audit VALUES(10,1795339022986,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(11,1795339023144,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(12,1795339023363,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(13,1795339023558,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(14,1795339023887,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(15,1795339024068,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(16,1795339024222,'root','signal.emit','eve@meadow.example','call.held','uid 0');
INSERT INTO audit VALUES(17,1795339024351,'root','signal.emit','ann@orchard.example','call.held','uid 0');
INSERT INTO audit VALUES(18,1795339024577,'root','contact.consent','cleo@atelier.example','opens','uid 0');
INSERT INTO audit VALUES(19,1795339024701,'root','contact.suppress','spam@trap.example','','uid 0');
INSERT INTO audit VALUES(20,1795339024876,'root','segment.save','warm','has score >= 25','uid 0');
INSERT INTO audit VALUES(21,1795339025021,'root','score.change','eve@meadow.example','lead','uid 0');
INSERT INTO audit VALUES(22,1795339025151,'root','score.change','cleo@atelier.example','lead','uid 0');
INSERT INTO audit VALUES(23,1795339025199,'root','contact.create','','','uid 0');
INSERT INTO audit VALUES(24,1795339025312,'root','contact.forget','record 7','','uid 0');
INSERT INTO audit VALUES(25,1795339025453,'root','import.begin','/tmp/tmpga2s6fhy/people.csv','','uid 0');
INSERT INTO audit VALUES(26,1795339025470,'root','import.chunk','1','0','uid 0');
INSERT INTO audit VALUES(27,1795339025633,'root','rules.apply','rules','','uid 0');
INSERT INTO audit VALUES(28,1795339025729,'root','rules.run','rules','','uid 0');
INSERT INTO audit VALUES(29,1795339025848,'root','contact.create','gil@new.example','','uid 0');
INSERT INTO audit VALUES(30,1795339025914,'root','broadcast.create','halves','','uid 0');
INSERT INTO audit VALUES(31,1795339026003,'root','broadcast.order','halves','send','uid 0');
CREATE TABLE timer (
 record_id INTEGER NOT NULL,
 kind      TEXT NOT NULL,
 object    TEXT NOT NULL DEFAULT '',
 due_at    INTEGER NOT NULL,
 PRIMARY KEY (record_id, kind, object)
) WITHOUT ROWID;
INSERT INTO timer VALUES(2,'field-rules','',1795943820633);
INSERT INTO timer VALUES(3,'field-rules','',1795943820675);
INSERT INTO timer VALUES(5,'field-rules','',1795943820689);
INSERT INTO timer VALUES(1,'field-rules','',1795943822136);
INSERT INTO timer VALUES(9,'field-rules','',1795943826036);
INSERT INTO timer VALUES(6,'field-rules','',1800523024000);
CREATE TABLE percent_base (
 score_id INTEGER NOT NULL,
 module   TEXT NOT NULL,
 at       INTEGER NOT NULL,
 top      REAL NOT NULL,
 median   REAL NOT NULL,
 PRIMARY KEY (score_id, module, at)
) WITHOUT ROWID;
CREATE TABLE automation (
 id         INTEGER PRIMARY KEY,         -- of this version
 name       TEXT NOT NULL,
 version    INTEGER NOT NULL,
 place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
 source     TEXT NOT NULL,               -- its text in rules.conf form
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL,
 ended_at   INTEGER,                     -- NULL = in force
 ended_by   TEXT NOT NULL DEFAULT '',
 armed_id   INTEGER NOT NULL             -- the version whose armed states it goes on with
);
INSERT INTO automation VALUES(1,'Good customer',1,0,replace('automation "Good customer" {\n  on = "score rises to 50"\n  do = {\n    "tag add ''good''",\n    "notify ''sales@juniper.example''"\n  }\n}\n','\n',char(10)),'first start',1795339016234,NULL,'',1);
CREATE TABLE armed (
 armed_id  INTEGER NOT NULL,
 record_id INTEGER NOT NULL,
 state     INTEGER NOT NULL,             -- 1 beyond the threshold, not fired; 2 fired
 PRIMARY KEY (armed_id, record_id)
) WITHOUT ROWID;
INSERT INTO armed VALUES(1,1,2);
INSERT INTO armed VALUES(1,2,2);
CREATE TABLE firing (
 id            INTEGER PRIMARY KEY,      -- at << 20 | counter
 automation_id INTEGER NOT NULL,         -- of the version
 record_id     INTEGER NOT NULL,
 history_id    INTEGER NOT NULL DEFAULT 0, -- what caused it; 0 = time
 cause         TEXT NOT NULL,
 chain         TEXT NOT NULL DEFAULT '', -- the automations before it
 trouble       TEXT NOT NULL DEFAULT ''  -- why it did not act
);
INSERT INTO firing VALUES(1882549409208598534,1,2,1882549409208598532,'score rises to 50 (55)','','');
INSERT INTO firing VALUES(1882549412798922755,1,1,1882549412797874176,'score rises to 50 (51.1581)','','');
CREATE TABLE outbox (
 id         INTEGER PRIMARY KEY,
 firing_id  INTEGER NOT NULL DEFAULT 0,
 record_id  INTEGER NOT NULL,
 action     TEXT NOT NULL,               -- webhook, notify, send, mail, run
 target     TEXT NOT NULL,
 payload    TEXT NOT NULL,               -- JSON
 key        TEXT NOT NULL,               -- Idempotency-Key, Message-ID
 state      INTEGER NOT NULL,            -- 1 waiting, 2 delivered, 3 dead, 4 dropped
 due_at     INTEGER NOT NULL,
 tries      INTEGER NOT NULL DEFAULT 0,
 created_at INTEGER NOT NULL,
 done_at    INTEGER,
 trouble    TEXT NOT NULL DEFAULT ''     -- of the last try
);
INSERT INTO outbox VALUES(1882549409208598536,1882549409208598534,2,'notify','sales@juniper.example','{"id":"6175602c28a236a2db71122c24606416","by":"automation Good customer","cause":"score rises to 50 (55)","at":"2026-11-22T09:17:00.928Z","record":{"module":"contact","key":"ben@harbour.example","created_at":"2026-11-22T09:16:59.571Z","fields":{"first_name":"Ben"},"tags":["good"],"lists":["news"]},"scores":{"lead":54.99999992985171},"signal":{"name":"order.paid","happened_at":"2026-11-22T09:17:00.909Z","properties":{"order":"2026-117","total":"48.5"}}}','6175602c28a236a2db71122c24606416',2,1795339020928,1,1795339020928,1795339020941,'');
INSERT INTO outbox VALUES(1882549409210695680,0,2,'send','thanks','{"id":"5a3c0f1674f3ffcb4cd7b9971c703356","by":"sequence After an order","cause":"step Thanks","at":"2026-11-22T09:17:00.930Z","record":{"module":"contact","key":"ben@harbour.example","created_at":"2026-11-22T09:16:59.571Z","fields":{"first_name":"Ben"},"tags":["good"],"lists":["news"]},"scores":{"lead":54.9999996597808}}','5a3c0f1674f3ffcb4cd7b9971c703356',2,1795339020930,1,1795339020930,1795339020943,'');
INSERT INTO outbox VALUES(1882549412798922757,1882549412798922755,1,'notify','sales@juniper.example','{"id":"d998638c47f578c8c54fc3b66d771092","by":"automation Good customer","cause":"score rises to 50 (51.1581)","at":"2026-11-22T09:17:04.352Z","record":{"module":"contact","key":"ann@orchard.example","created_at":"2026-09-03T09:17:02.000Z","fields":{"first_name":"Ann"},"tags":["good"],"lists":["news"]},"scores":{"lead":51.158138548347615},"signal":{"name":"call.held","happened_at":"2026-11-22T09:17:04.000Z","properties":{}}}','d998638c47f578c8c54fc3b66d771092',2,1795339024352,1,1795339024352,1795339024370,'');
INSERT INTO outbox VALUES(1882549412801019904,0,1,'send','thanks','{"id":"c6a8904c517cf23ff8afa42763186d85","by":"sequence After an order","cause":"step Thanks","at":"2026-11-22T09:17:04.354Z","record":{"module":"contact","key":"ann@orchard.example","created_at":"2026-09-03T09:17:02.000Z","fields":{"first_name":"Ann"},"tags":["good"],"lists":["news"]},"scores":{"lead":51.158134313733825}}','c6a8904c517cf23ff8afa42763186d85',2,1795339024354,1,1795339024354,1795339024371,'');
CREATE TABLE bulk (
 id          INTEGER PRIMARY KEY,
 expression  TEXT NOT NULL,
 actions     TEXT NOT NULL,              -- JSON array of their texts
 actor       TEXT NOT NULL,
 created_at  INTEGER NOT NULL,
 total       INTEGER NOT NULL,           -- when it began
 after       INTEGER NOT NULL DEFAULT 0, -- done up to this record
 done        INTEGER NOT NULL DEFAULT 0,
 refused     INTEGER NOT NULL DEFAULT 0,
 finished_at INTEGER,
 trouble     TEXT NOT NULL DEFAULT ''
);
CREATE TABLE sequence (
 id         INTEGER PRIMARY KEY,         -- of this version
 name       TEXT NOT NULL,
 version    INTEGER NOT NULL,
 place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
 source     TEXT NOT NULL,               -- its text in rules.conf form
 author     TEXT NOT NULL,
 created_at INTEGER NOT NULL,
 ended_at   INTEGER,                     -- NULL = in force
 ended_by   TEXT NOT NULL DEFAULT ''
);
INSERT INTO sequence VALUES(1,'After an order',1,0,replace('sequence "After an order" {\n  start = "tag ''good''"\n  step "Thanks" {\n    template = "thanks"\n  }\n  step "Question" {\n    after = "7d"\n    if = "has score >= 20"\n    template = "thanks"\n  }\n}\n','\n',char(10)),'first start',1795339016234,NULL,'');
CREATE TABLE enrolment (
 sequence  TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 state     TEXT NOT NULL,                -- active, finished, stopped
 since     INTEGER NOT NULL,             -- when it came to be so
 reason    TEXT NOT NULL DEFAULT '',
 step      TEXT NOT NULL DEFAULT '',     -- the one to come
 due_at    INTEGER,                      -- NULL = not active
 PRIMARY KEY (sequence, record_id)
) WITHOUT ROWID;
INSERT INTO enrolment VALUES('After an order',1,'active',1795339024354,'','Question',1795943824354);
INSERT INTO enrolment VALUES('After an order',2,'active',1795339020930,'','Question',1795943820930);
CREATE TABLE sequence_result (
 sequence TEXT NOT NULL,
 step     TEXT NOT NULL,
 what     TEXT NOT NULL,                 -- sent, skipped, waits
 n        INTEGER NOT NULL,
 PRIMARY KEY (sequence, step, what)
) WITHOUT ROWID;
INSERT INTO sequence_result VALUES('After an order','Thanks','sent',2);
CREATE TABLE sequence_mail (
 outbox_id INTEGER PRIMARY KEY,
 sequence  TEXT NOT NULL,
 step      TEXT NOT NULL,
 record_id INTEGER NOT NULL
, message_id INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 1);
INSERT INTO sequence_mail VALUES(1882549409210695680,'After an order','Thanks',2,117659338075699660,2);
INSERT INTO sequence_mail VALUES(1882549412801019904,'After an order','Thanks',1,117659338300095349,2);
CREATE TABLE generation (
 id          INTEGER PRIMARY KEY,        -- ledger.generation; 1 has no row
 ruleset     INTEGER NOT NULL,           -- the rules it is made with
 state       TEXT NOT NULL,              -- building, in-force, leaving, gone
 cancelled   INTEGER NOT NULL DEFAULT 0,
 author      TEXT NOT NULL,
 started_at  INTEGER NOT NULL,
 finished_at INTEGER,                    -- in force, or cancelled
 built_to    INTEGER NOT NULL DEFAULT 0, -- record id
 removed_to  INTEGER NOT NULL DEFAULT 0  -- ledger id
);
INSERT INTO generation VALUES(1,0,'gone',0,'',1795339025731,NULL,0,1882549414244909078);
INSERT INTO generation VALUES(2,2,'in-force',0,'root',1795339025729,1795339025731,8,0);
CREATE TABLE generation_dirty (
 record_id INTEGER PRIMARY KEY
);
CREATE TABLE link (                             -- derived
 record_id INTEGER NOT NULL,
 relation  TEXT NOT NULL,
 to_id     INTEGER NOT NULL,
 since     INTEGER NOT NULL,
 PRIMARY KEY (record_id, relation, to_id)
) WITHOUT ROWID;
INSERT INTO link VALUES(1,'account',6,1795339022761);
CREATE TABLE roll_up (
 record_id  INTEGER NOT NULL,            -- whose rule gave them
 history_id INTEGER NOT NULL,            -- for what; 0 = time
 at         INTEGER NOT NULL,
 rule       TEXT NOT NULL,
 to_id      INTEGER NOT NULL,            -- who got them, too
 generation INTEGER NOT NULL,            -- of the ledger
 ruleset    INTEGER NOT NULL,            -- the rule's
 entry_id   INTEGER NOT NULL,            -- as this entry of its history
 points     REAL NOT NULL,
 stands     INTEGER NOT NULL DEFAULT 1,  -- 0: taken back
 reversal   INTEGER NOT NULL DEFAULT 0,  -- by this entry, where it was folded
 PRIMARY KEY (record_id, history_id, at, rule, to_id, generation)
) WITHOUT ROWID;
INSERT INTO roll_up VALUES(1,1882549412797874176,1795339024000,'Held a call',6,2,2,1882549414244909067,2.0,1,0);
CREATE TABLE folded_signal (                    -- derived
 id        INTEGER PRIMARY KEY,
 record_id INTEGER NOT NULL,
 name      TEXT NOT NULL,
 first_at  INTEGER NOT NULL,
 last_at   INTEGER NOT NULL,
 n         INTEGER NOT NULL,
 props     TEXT NOT NULL                 -- JSON object of strings
);
INSERT INTO folded_signal VALUES(1,1,'call.held',1788427022000,1791883023000,4,'{}');
INSERT INTO folded_signal VALUES(2,1,'score.changed',1788427022000,1791883023000,4,'{}');
INSERT INTO folded_signal VALUES(3,5,'call.held',1791019024000,1791019024000,1,'{}');
INSERT INTO folded_signal VALUES(4,5,'score.changed',1791019024000,1791019024000,1,'{}');
CREATE TABLE folded_result (
 broadcast    TEXT NOT NULL,
 signal       TEXT NOT NULL,
 record_id    INTEGER NOT NULL,
 hits         INTEGER NOT NULL,
 machine_hits INTEGER NOT NULL,
 PRIMARY KEY (broadcast, signal, record_id)
) WITHOUT ROWID;
CREATE TABLE folded_points (
 broadcast TEXT NOT NULL,
 score     TEXT NOT NULL,
 record_id INTEGER NOT NULL,
 points    REAL NOT NULL,
 PRIMARY KEY (broadcast, score, record_id)
) WITHOUT ROWID;
CREATE TABLE adopted (
 place      INTEGER PRIMARY KEY,
 record_id  INTEGER NOT NULL,
 history_id INTEGER NOT NULL
);
CREATE TABLE unmatched (
 record_key INTEGER PRIMARY KEY,
 module     TEXT NOT NULL,
 key        TEXT NOT NULL
);
CREATE TABLE import (
 id          INTEGER PRIMARY KEY,
 name        TEXT NOT NULL,              -- of the file
 settings    TEXT NOT NULL,              -- JSON: format, header, map …
 author      TEXT NOT NULL,
 digest      TEXT NOT NULL DEFAULT '',   -- of the file, hex
 size        INTEGER NOT NULL DEFAULT 0, -- of the file, 0 = not known
 created_at  INTEGER NOT NULL,
 changed_at  INTEGER NOT NULL,
 finished_at INTEGER,
 next_chunk  INTEGER NOT NULL DEFAULT 0,
 position    INTEGER NOT NULL DEFAULT 0, -- bytes of the file that are in
 text_lines  INTEGER NOT NULL DEFAULT 0, -- line ends of the file that are in
 lines       INTEGER NOT NULL DEFAULT 0,
 created     INTEGER NOT NULL DEFAULT 0,
 updated     INTEGER NOT NULL DEFAULT 0,
 bad_lines   INTEGER NOT NULL DEFAULT 0
);
INSERT INTO import VALUES(1,'/tmp/tmpga2s6fhy/people.csv','{"format":"csv","what":"records","scores":"set","module":"contact","dry_run":false,"header":"email,first_name,score:lead\n","map":{}}','root','036e63f9e152a643d6673498fbbaeb3c7bf776eab5e8537b3469a1e46d2fbb13',71,1795339025453,1795339025470,1795339025470,1,71,2,2,1,0,1);
CREATE TABLE import_error (
 id        INTEGER PRIMARY KEY,
 import_id INTEGER NOT NULL,
 line      INTEGER NOT NULL,
 title     TEXT NOT NULL,                -- of the column, '' = the line
 text      TEXT NOT NULL
);
INSERT INTO import_error VALUES(1,1,3,'email','"not an address" is not an e-mail address');
CREATE TABLE forgotten (
 record_key   INTEGER PRIMARY KEY,       -- a keyed hash, as in suppression
 forgotten_at INTEGER NOT NULL
);
INSERT INTO forgotten VALUES(4945708770449293781,1795339025316);
CREATE TABLE forgotten_result (
 broadcast      TEXT NOT NULL,
 signal         TEXT NOT NULL,
 people         INTEGER NOT NULL,
 hits           INTEGER NOT NULL,
 machine_people INTEGER NOT NULL,
 machine_hits   INTEGER NOT NULL,
 PRIMARY KEY (broadcast, signal)
) WITHOUT ROWID;
CREATE TABLE forgotten_points (
 broadcast TEXT NOT NULL,
 score     TEXT NOT NULL,
 points    REAL NOT NULL,
 people    INTEGER NOT NULL,
 PRIMARY KEY (broadcast, score)
) WITHOUT ROWID;
CREATE TABLE consent (
 record_key INTEGER NOT NULL,
 what       INTEGER NOT NULL,            -- enum consent_what
 state      INTEGER NOT NULL,            -- enum consent_state
 since      INTEGER NOT NULL,
 source     TEXT NOT NULL DEFAULT '',
 wording    TEXT NOT NULL DEFAULT '',
 PRIMARY KEY (record_key, what)
) WITHOUT ROWID;
INSERT INTO consent VALUES(-7000658203470043747,0,2,1795339024577,'letter','no pictures');
CREATE TABLE order_run (
 run    INTEGER PRIMARY KEY,             -- 0: all that was moved
 moving INTEGER NOT NULL DEFAULT 0       -- 1: on its way into run 0
);
INSERT INTO order_run VALUES(0,0);
INSERT INTO order_run VALUES(1,0);
CREATE TABLE history_by_record (                -- derived
 run         INTEGER NOT NULL,
 record_id   INTEGER NOT NULL,
 happened_at INTEGER NOT NULL,
 id          INTEGER NOT NULL,
 PRIMARY KEY (run, record_id, happened_at, id)
) WITHOUT ROWID;
INSERT INTO history_by_record VALUES(0,2,1795339019571,1882549407785680896);
INSERT INTO history_by_record VALUES(0,2,1795339019571,1882549407785680897);
INSERT INTO history_by_record VALUES(0,2,1795339019571,1882549407785680898);
INSERT INTO history_by_record VALUES(0,3,1795339019697,1882549407917801472);
INSERT INTO history_by_record VALUES(0,3,1795339019697,1882549407917801473);
INSERT INTO history_by_record VALUES(0,3,1795339019697,1882549407917801474);
INSERT INTO history_by_record VALUES(0,4,1795339019925,1882549408156876800);
INSERT INTO history_by_record VALUES(0,4,1795339019925,1882549408156876801);
INSERT INTO history_by_record VALUES(0,4,1795339019925,1882549408156876802);
INSERT INTO history_by_record VALUES(0,5,1795339020230,1882549408476692480);
INSERT INTO history_by_record VALUES(0,5,1795339020230,1882549408476692481);
INSERT INTO history_by_record VALUES(0,5,1795339020230,1882549408476692482);
INSERT INTO history_by_record VALUES(0,6,1795339022761,1882549411130638336);
INSERT INTO history_by_record VALUES(0,8,1795339025470,1882549413971230720);
INSERT INTO history_by_record VALUES(0,8,1795339025470,1882549413971230721);
INSERT INTO history_by_record VALUES(0,8,1795339025470,1882549413971230722);
INSERT INTO history_by_record VALUES(1,1,1792713599999,1882549411366567936);
INSERT INTO history_by_record VALUES(1,1,1795079823000,1882549412311334912);
INSERT INTO history_by_record VALUES(1,1,1795252623000,1882549412501127168);
INSERT INTO history_by_record VALUES(1,1,1795339019471,1882549407680823296);
INSERT INTO history_by_record VALUES(1,1,1795339019471,1882549407680823297);
INSERT INTO history_by_record VALUES(1,1,1795339019471,1882549407680823298);
INSERT INTO history_by_record VALUES(1,1,1795339020515,1882549408775536640);
INSERT INTO history_by_record VALUES(1,1,1795339020848,1882549409124712448);
INSERT INTO history_by_record VALUES(1,1,1795339020850,1882549409158266883);
INSERT INTO history_by_record VALUES(1,1,1795339022136,1882549410475278336);
INSERT INTO history_by_record VALUES(1,1,1795339022140,1882549410479472640);
INSERT INTO history_by_record VALUES(1,1,1795339022761,1882549411130638337);
INSERT INTO history_by_record VALUES(1,1,1795339024000,1882549412797874176);
INSERT INTO history_by_record VALUES(1,1,1795339024000,1882549412798922756);
INSERT INTO history_by_record VALUES(1,1,1795339024352,1882549412798922758);
INSERT INTO history_by_record VALUES(1,1,1795339024354,1882549412801019905);
INSERT INTO history_by_record VALUES(1,1,1795339024362,1882549412809408512);
INSERT INTO history_by_record VALUES(1,2,1795339020633,1882549408899268608);
INSERT INTO history_by_record VALUES(1,2,1795339020849,1882549409158266881);
INSERT INTO history_by_record VALUES(1,2,1795339020909,1882549409208598532);
INSERT INTO history_by_record VALUES(1,2,1795339020909,1882549409208598535);
INSERT INTO history_by_record VALUES(1,2,1795339020928,1882549409208598537);
INSERT INTO history_by_record VALUES(1,2,1795339020930,1882549409210695681);
INSERT INTO history_by_record VALUES(1,2,1795339020940,1882549409221181440);
INSERT INTO history_by_record VALUES(1,2,1795339022196,1882549410538192896);
INSERT INTO history_by_record VALUES(1,2,1795339022207,1882549410549727232);
INSERT INTO history_by_record VALUES(1,2,1795339026021,1882549414548996096);
INSERT INTO history_by_record VALUES(1,2,1795339026034,1882549414562627584);
INSERT INTO history_by_record VALUES(1,3,1795339020675,1882549408943308800);
INSERT INTO history_by_record VALUES(1,3,1795339020908,1882549409187627008);
INSERT INTO history_by_record VALUES(1,3,1795339020908,1882549409187627009);
INSERT INTO history_by_record VALUES(1,3,1795339020908,1882549409208598529);
INSERT INTO history_by_record VALUES(1,3,1795339020908,1882549409208598530);
INSERT INTO history_by_record VALUES(1,3,1795339022209,1882549410551824384);
INSERT INTO history_by_record VALUES(1,3,1795339022216,1882549410559164416);
INSERT INTO history_by_record VALUES(1,3,1795339024577,1882549413034852352);
INSERT INTO history_by_record VALUES(1,3,1795339025151,1882549413636734976);
INSERT INTO history_by_record VALUES(1,3,1795339026016,1882549414543753216);
INSERT INTO history_by_record VALUES(1,3,1795339026018,1882549414545850368);
INSERT INTO history_by_record VALUES(1,4,1795339020682,1882549408950648832);
INSERT INTO history_by_record VALUES(1,4,1795339020705,1882549408974766080);
INSERT INTO history_by_record VALUES(1,4,1795339020705,1882549408995737601);
INSERT INTO history_by_record VALUES(1,4,1795339020705,1882549408995737602);
INSERT INTO history_by_record VALUES(1,5,1792713599999,1882549412662607872);
INSERT INTO history_by_record VALUES(1,5,1795339020689,1882549408957988864);
INSERT INTO history_by_record VALUES(1,5,1795339025021,1882549413500420096);
INSERT INTO history_by_record VALUES(1,5,1795339026022,1882549414550044672);
INSERT INTO history_by_record VALUES(1,5,1795339026036,1882549414564724736);
INSERT INTO history_by_record VALUES(1,6,1795339024000,1882549414244909067);
INSERT INTO history_by_record VALUES(1,9,1795339025848,1882549414367592448);
INSERT INTO history_by_record VALUES(1,9,1795339025848,1882549414367592449);
INSERT INTO history_by_record VALUES(1,9,1795339025848,1882549414367592450);
INSERT INTO history_by_record VALUES(1,9,1795339026036,1882549414564724737);
INSERT INTO history_by_record VALUES(1,9,1795339026044,1882549414573113344);
CREATE TABLE ledger_by_record (                 -- derived
 run       INTEGER NOT NULL,
 record_id INTEGER NOT NULL,
 id        INTEGER NOT NULL,
 PRIMARY KEY (run, record_id, id)
) WITHOUT ROWID;
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909056);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909060);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909061);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909062);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909063);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909064);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909065);
INSERT INTO ledger_by_record VALUES(1,1,1882549414244909066);
INSERT INTO ledger_by_record VALUES(1,2,1882549414244909068);
INSERT INTO ledger_by_record VALUES(1,2,1882549414244909069);
INSERT INTO ledger_by_record VALUES(1,3,1882549414244909070);
INSERT INTO ledger_by_record VALUES(1,3,1882549414244909071);
INSERT INTO ledger_by_record VALUES(1,3,1882549414244909072);
INSERT INTO ledger_by_record VALUES(1,4,1882549414244909073);
INSERT INTO ledger_by_record VALUES(1,5,1882549414244909074);
INSERT INTO ledger_by_record VALUES(1,5,1882549414244909075);
INSERT INTO ledger_by_record VALUES(1,5,1882549414244909076);
INSERT INTO ledger_by_record VALUES(1,6,1882549414244909077);
INSERT INTO ledger_by_record VALUES(1,8,1882549414244909078);
CREATE TABLE broadcast_variant (
 broadcast TEXT NOT NULL,
 variant   INTEGER NOT NULL,             -- from 1
 template  BLOB NOT NULL,
 PRIMARY KEY (broadcast, variant)
) WITHOUT ROWID;
INSERT INTO broadcast_variant VALUES('halves',1,X'46726f6d3a204a756e69706572202620536f6e73203c6e657773406a756e697065722e6578616d706c653e0a5375626a6563743a207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027467269656e64277d7d2c20612074696e2069732070757420617369646520666f7220796f750a4d494d452d56657273696f6e3a20312e300a436f6e74656e742d547970653a20746578742f68746d6c3b20636861727365743d7574662d380a0a3c68746d6c3e3c626f6479207374796c653d22666f6e742d66616d696c793a2047656f726769612c207365726966223e0a3c703e44656172207b7b6669656c642e66697273745f6e616d65207c2064656661756c743a2027667269656e64277d7d2c3c2f703e0a3c703e796f7520617265206f6e65206f66206f7572207b7b636f6e7461637453636f72657d7d2d706f696e7420726561646572732e0a3c6120687265663d2268747470733a2f2f73686f702e6a756e697065722e6578616d706c652f74696e223e412074696e206f662069742069732070757420617369646520666f7220796f752e3c2f613e3c2f703e0a3c703e3c6120687265663d227b7b756e7375627363726962655f75726c7d7d223e4e6f206d6f7265206d61696c3c2f613e3c2f703e0a3c2f626f64793e3c2f68746d6c3e0a');
CREATE TABLE hit (
 history_id INTEGER PRIMARY KEY,
 source     INTEGER NOT NULL DEFAULT 0,  -- which hits are of one; 0 = not known
 address    TEXT NOT NULL DEFAULT '',
 agent      TEXT NOT NULL DEFAULT '',
 verdict    INTEGER NOT NULL,            -- of the hit by itself
 reason     TEXT NOT NULL DEFAULT ''
);
INSERT INTO hit VALUES(1882549409124712448,-1008783602258446895,'127.0.0.0/24','Firefox on Linux',0,'');
INSERT INTO hit VALUES(1882549409158266881,-1008783602258446895,'127.0.0.0/24','Firefox on Linux',0,'');
INSERT INTO hit VALUES(1882549409158266883,-1008783602258446895,'127.0.0.0/24','Firefox on Linux',0,'');
CREATE TABLE honeypot (
 message_id INTEGER NOT NULL,
 record_key INTEGER NOT NULL,
 source     INTEGER NOT NULL,
 at         INTEGER NOT NULL,
 PRIMARY KEY (message_id, record_key, source)
) WITHOUT ROWID;
CREATE TABLE idempotency (
 id     INTEGER PRIMARY KEY,             -- hash of caller, call and key
 body   INTEGER NOT NULL,                -- hash of what was sent
 at     INTEGER NOT NULL,
 status INTEGER NOT NULL,
 answer TEXT NOT NULL
);
CREATE TABLE console_user (
 id          INTEGER PRIMARY KEY,
 name        TEXT NOT NULL UNIQUE,
 role        TEXT NOT NULL,              -- reader, operator, manager
 password    TEXT NOT NULL,              -- as libsodium writes it
 created_at  INTEGER NOT NULL,
 password_at INTEGER NOT NULL,
 seen_at     INTEGER                     -- to the minute; NULL = never
);
CREATE TABLE console_session (
 hash       BLOB PRIMARY KEY,
 user_id    INTEGER NOT NULL,
 created_at INTEGER NOT NULL,
 seen_at    INTEGER NOT NULL,            -- to the minute
 origin     TEXT NOT NULL DEFAULT ''     -- the address that signed in
) WITHOUT ROWID;
CREATE INDEX record_by_key ON record (module, key);
CREATE INDEX record_alias_by_record ON record_alias (record_id);
CREATE INDEX field_by_name ON field (name, value);
CREATE INDEX record_tag_by_record ON record_tag (record_id, tag);
CREATE INDEX list_member_by_record ON list_member (record_id, list);
CREATE INDEX history_by_name ON history (name, happened_at);
CREATE INDEX history_unmatched ON history (record_key) WHERE record_id = 0;
CREATE INDEX message_by_rfc_id ON message (rfc_id, record_key);
CREATE INDEX rule_by_name ON rule (name, version);
CREATE INDEX broadcast_recipient_by_record ON broadcast_recipient (record_id);
CREATE UNIQUE INDEX api_token_in_use ON api_token (name) WHERE revoked_at IS NULL;
CREATE INDEX timer_by_due ON timer (due_at);
CREATE INDEX history_settling ON history (settle_until)
 WHERE settle_until IS NOT NULL;
CREATE INDEX automation_by_name ON automation (name, version);
CREATE INDEX firing_by_record ON firing (record_id, id);
CREATE INDEX firing_by_automation ON firing (automation_id, id);
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE state = 1;
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_record ON outbox (record_id);
CREATE INDEX sequence_by_name ON sequence (name, version);
CREATE INDEX enrolment_by_record ON enrolment (record_id);
CREATE INDEX enrolment_by_due ON enrolment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sequence_mail_by_record ON sequence_mail (record_id, sequence);
CREATE INDEX link_by_end ON link (to_id, relation);
CREATE INDEX roll_up_by_entry ON roll_up (entry_id);
CREATE INDEX history_of_generation ON history (generation)
 WHERE generation IS NOT NULL;
CREATE INDEX folded_signal_by_record ON folded_signal (record_id, name, last_at);
CREATE INDEX folded_signal_by_name ON folded_signal (name, last_at);
CREATE INDEX folded_result_by_record ON folded_result (record_id);
CREATE INDEX folded_points_by_record ON folded_points (record_id);
CREATE INDEX import_error_by_import ON import_error (import_id, line);
CREATE TRIGGER history_moved AFTER UPDATE OF record_id, happened_at ON history
BEGIN
 DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id
  AND happened_at = old.happened_at AND id = old.id;
 INSERT INTO history_by_record
  SELECT max(run), new.record_id, new.happened_at, new.id
  FROM order_run WHERE new.record_id <> 0 HAVING count(*) > 0;
END;
CREATE TRIGGER history_removed AFTER DELETE ON history
WHEN old.record_id <> 0 BEGIN
 DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id
  AND happened_at = old.happened_at AND id = old.id;
END;
CREATE TRIGGER ledger_removed AFTER DELETE ON ledger BEGIN
 DELETE FROM ledger_by_record WHERE run IN (SELECT run FROM order_run)
  AND record_id = old.record_id AND id = old.id;
END;
CREATE VIEW history_of_all AS                   -- of all generations
 SELECT p.record_id AS of_record, p.happened_at AS of_at, h.*
 FROM order_run r
 CROSS JOIN history_by_record p ON p.run = r.run
 CROSS JOIN history h ON h.id = p.id
;
CREATE VIEW history_of AS
 SELECT * FROM history_of_all WHERE generation IS NULL OR generation =
  (SELECT CAST(value AS INTEGER) FROM meta
  WHERE name = 'generation');
CREATE VIEW ledger_of AS
 SELECT p.record_id AS of_record, l.*
 FROM order_run r
 CROSS JOIN ledger_by_record p ON p.run = r.run
 CROSS JOIN ledger l ON l.id = p.id;
CREATE TRIGGER hit_removed AFTER DELETE ON history BEGIN
 DELETE FROM hit WHERE history_id = old.id;
END;
CREATE INDEX idempotency_by_time ON idempotency (at);
INSERT INTO console_user VALUES(1,'ann','manager','$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',1795339000000,1795339000000,NULL);
CREATE INDEX console_session_by_user ON console_session (user_id);
CREATE INDEX sequence_mail_by_step ON sequence_mail (sequence, step);
CREATE TRIGGER sequence_mail_ended AFTER UPDATE OF state ON outbox BEGIN
 UPDATE sequence_mail SET state = new.state WHERE outbox_id = new.id;
END;
CREATE VIEW mail_of AS
 SELECT broadcast, record_id, message_id FROM broadcast_recipient
 WHERE message_id <> 0
 UNION ALL SELECT length(sequence) || '/' || sequence || '/' || step,
  record_id, message_id FROM sequence_mail WHERE message_id <> 0;
COMMIT;
