//! What made-up people and organizations are called. Each word stands as it is written, and in `a`–`z` for what must be ASCII.
//!
//! Scripts that are read from the right, that have no capitals or no spaces, and names far longer than usual are among them
//! on purpose: pages have to bear them.

/// A word as it is written, and in the letters `a` to `z`.
pub(super) type Word = (&'static str, &'static str);

/// How people and organizations are called in one language.
pub(super) struct Culture {
    /// A tag of `contract::languages`.
    pub(super) language: &'static str,
    pub(super) zones: &'static [&'static str],
    /// The family's name comes first, and without a space where the script has none.
    pub(super) order: Order,
    pub(super) given: &'static [Word],
    pub(super) family: &'static [Word],
    pub(super) firms: &'static [Word],
    /// What follows a firm's name, with the space before it.
    pub(super) kinds: &'static [Word],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    GivenFirst,
    FamilyFirst,
    FamilyFirstWithoutSpace,
}

/// The first is the commonest.
pub(super) const CULTURES: &[&Culture] = &[
    &ENGLISH, &GERMAN, &FRENCH, &SPANISH, &POLISH, &TURKISH, &VIETNAMESE, &SWAHILI, &RUSSIAN, &GREEK, &ARABIC, &HEBREW, &HINDI, &THAI,
    &JAPANESE, &CHINESE, &KOREAN,
];

const ENGLISH: Culture = Culture {
    language: "en",
    zones: &["Europe/London", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC"],
    order: Order::GivenFirst,
    given: &[
        ("Ada", "ada"), ("Grace", "grace"), ("Edith", "edith"), ("Joan", "joan"), ("Mary", "mary"), ("Katherine", "katherine"),
        ("Dorothy", "dorothy"), ("Margaret", "margaret"), ("Annie", "annie"), ("Barbara", "barbara"), ("Alan", "alan"),
        ("Edsger", "edsger"), ("Tony", "tony"), ("Ken", "ken"), ("Dennis", "dennis"), ("Bo", "bo"), ("Christopher", "christopher"),
        ("Mary Ann", "maryann"), ("D’Arcy", "darcy"), ("Oluwaseun", "oluwaseun"),
    ],
    family: &[
        ("King", "king"), ("Hopper", "hopper"), ("Clarke", "clarke"), ("Jackson", "jackson"), ("Johnson", "johnson"),
        ("Vaughan", "vaughan"), ("Hamilton", "hamilton"), ("Easley", "easley"), ("Liskov", "liskov"), ("Turing", "turing"),
        ("Hoare", "hoare"), ("Thompson", "thompson"), ("Ritchie", "ritchie"), ("O’Brien", "obrien"), ("St. John", "stjohn"),
        ("Ng", "ng"), ("Featherstonehaugh-Cholmondeley", "featherstonehaugh"), ("Adébáyọ̀", "adebayo"),
        ("Keihanaikukauakahihuliheekahaunaele", "keihanaikukauakahi"), ("van der Berg", "vanderberg"),
    ],
    firms: &[
        ("Northwater", "northwater"), ("Blue Heron", "blue heron"), ("Copper Kettle", "copper kettle"), ("Foxglove", "foxglove"),
        ("Lantern", "lantern"), ("Saltmarsh", "saltmarsh"), ("Quiet River", "quiet river"), ("Harbour", "harbour"),
        ("Seven Oaks", "seven oaks"), ("Thistle & Rye", "thistle rye"), ("Paper Boat", "paper boat"), ("Ironbridge", "ironbridge"),
        ("O’Malley’s", "omalleys"), ("42nd Street", "42nd street"), ("Q", "q"),
        ("The Society for the Preservation of Inland Waterways and Bridges", "society for inland waterways"),
    ],
    kinds: &[
        ("", ""), (" Labs", "labs"), (" Studio", "studio"), (" Health", "health"), (" & Sons Ltd", "and sons"), (" Robotics", "robotics"),
        (" School", "school"), (" Coop", "coop"),
    ],
};

const GERMAN: Culture = Culture {
    language: "de",
    zones: &["Europe/Berlin", "Europe/Vienna", "Europe/Zurich"],
    order: Order::GivenFirst,
    given: &[
        ("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Emmy", "emmy"), ("Konrad", "konrad"), ("Lise", "lise"), ("Björn", "bjoern"),
        ("Anna-Lena", "annalena"), ("Maximilian", "maximilian"), ("Ute", "ute"), ("Heinz", "heinz"),
    ],
    family: &[
        ("Müller", "mueller"), ("Weiß", "weiss"), ("Noether", "noether"), ("Zuse", "zuse"), ("Schröder", "schroeder"), ("von Ährenfeld", "vonaehrenfeld"),
        ("Groß", "gross"), ("Wolfeschlegelsteinhausenbergerdorff", "wolfeschlegelstein"), ("Meier", "meier"), ("Öztürk", "oeztuerk"),
    ],
    firms: &[
        ("Müller & Söhne", "mueller soehne"), ("Bäckerei Sonnenschein", "baeckerei sonnenschein"), ("Nordlicht", "nordlicht"),
        ("Fuchsbau", "fuchsbau"), ("Werkstatt Süd", "werkstatt sued"), ("Grünspecht", "gruenspecht"),
    ],
    kinds: &[("", ""), (" GmbH", "gmbh"), (" KG", "kg"), (" e. V.", "ev"), (" Gesellschaft für angewandte Ökologie mbH", "oekologie")],
};

const FRENCH: Culture = Culture {
    language: "fr",
    zones: &["Europe/Paris", "Europe/Brussels", "America/Montreal", "Africa/Dakar"],
    order: Order::GivenFirst,
    given: &[
        ("Sophie", "sophie"), ("Émilie", "emilie"), ("Zoë", "zoe"), ("Jean-François", "jeanfrancois"), ("Aïcha", "aicha"), ("Benoît", "benoit"),
        ("Hélène", "helene"), ("Théo", "theo"),
    ],
    family: &[
        ("Germain", "germain"), ("Lefèvre", "lefevre"), ("d’Aubigné", "daubigne"), ("N’Diaye", "ndiaye"), ("Châtelet", "chatelet"), ("Œuvrard", "oeuvrard"),
        ("Petit", "petit"), ("Le Goff", "legoff"),
    ],
    firms: &[
        ("L’Étoile du Nord", "letoile du nord"), ("Atelier Églantine", "atelier eglantine"), ("Les Œufs d’Or", "les oeufs dor"), ("Canal", "canal"),
        ("Forêt Bleue", "foret bleue"),
    ],
    kinds: &[("", ""), (" SARL", "sarl"), (" & Cie", "et cie"), (" – Association loi 1901", "association")],
};

const SPANISH: Culture = Culture {
    language: "es",
    zones: &["Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"],
    order: Order::GivenFirst,
    given: &[
        ("Ana", "ana"), ("José", "jose"), ("María de los Ángeles", "mariaangeles"), ("Íñigo", "inigo"), ("Lucía", "lucia"), ("Ángel", "angel"),
        ("Ximena", "ximena"), ("Raúl", "raul"),
    ],
    family: &[
        ("Muñoz", "munoz"), ("García Márquez", "garciamarquez"), ("de la Fuente y Cárdenas", "delafuente"), ("Ibáñez", "ibanez"), ("Núñez", "nunez"),
        ("Peña", "pena"), ("López", "lopez"), ("Ruiz", "ruiz"),
    ],
    firms: &[
        ("Panadería Luna", "panaderia luna"), ("El Faro", "el faro"), ("Niño Azul", "nino azul"), ("Cooperativa Río Claro", "cooperativa rio claro"),
        ("Montaña", "montana"),
    ],
    kinds: &[("", ""), (" S. A.", "sa"), (" e Hijos", "e hijos"), (" de México", "mexico")],
};

const POLISH: Culture = Culture {
    language: "pl",
    zones: &["Europe/Warsaw"],
    order: Order::GivenFirst,
    given: &[
        ("Maria", "maria"), ("Łukasz", "lukasz"), ("Agnieszka", "agnieszka"), ("Żaneta", "zaneta"), ("Stanisław", "stanislaw"), ("Grażyna", "grazyna"),
    ],
    family: &[
        ("Skłodowska", "sklodowska"), ("Wójcik", "wojcik"), ("Brzęczyszczykiewicz", "brzeczyszczykiewicz"), ("Żak", "zak"), ("Nowak", "nowak"),
        ("Dąbrowski", "dabrowski"),
    ],
    firms: &[("Żółw", "zolw"), ("Piekarnia Pod Lipą", "piekarnia pod lipa"), ("Bursztyn", "bursztyn")],
    kinds: &[("", ""), (" sp. z o.o.", "sp z oo"), (" Gdańsk", "gdansk")],
};

const TURKISH: Culture = Culture {
    language: "tr",
    zones: &["Europe/Istanbul"],
    order: Order::GivenFirst,
    given: &[
        ("Ayşe", "ayse"), ("İbrahim", "ibrahim"), ("Işıl", "isil"), ("Çağla", "cagla"), ("Ömer", "omer"), ("Gülşen", "gulsen"),
    ],
    family: &[("Yılmaz", "yilmaz"), ("Şahin", "sahin"), ("Çelik", "celik"), ("Ağaoğlu", "agaoglu"), ("Iğdır", "igdir")],
    firms: &[("İnci", "inci"), ("Boğaziçi Çay", "bogazici cay"), ("Işık", "isik")],
    kinds: &[("", ""), (" A.Ş.", "as"), (" Kooperatifi", "kooperatifi")],
};

const VIETNAMESE: Culture = Culture {
    language: "vi",
    zones: &["Asia/Ho_Chi_Minh"],
    order: Order::FamilyFirst,
    given: &[("Thị Hương", "huong"), ("Văn Đức", "duc"), ("Bảo Ngọc", "ngoc"), ("Quốc Việt", "viet"), ("Mỹ Duyên", "duyen")],
    family: &[("Nguyễn", "nguyen"), ("Trần", "tran"), ("Phạm", "pham"), ("Đặng", "dang"), ("Lê", "le")],
    firms: &[("Sông Hồng", "song hong"), ("Cà Phê Sáng", "ca phe sang")],
    kinds: &[("", ""), (" TNHH", "tnhh")],
};

const SWAHILI: Culture = Culture {
    language: "sw",
    zones: &["Africa/Nairobi", "Africa/Dar_es_Salaam"],
    order: Order::GivenFirst,
    given: &[("Wangari", "wangari"), ("Juma", "juma"), ("Ng’ang’a", "nganga"), ("Amina", "amina"), ("Baraka", "baraka")],
    family: &[("Maathai", "maathai"), ("Otieno", "otieno"), ("Mwangi", "mwangi"), ("Kimani", "kimani")],
    firms: &[("Mti Mkubwa", "mti mkubwa"), ("Bahari", "bahari")],
    kinds: &[("", ""), (" Sacco", "sacco")],
};

const RUSSIAN: Culture = Culture {
    language: "ru",
    zones: &["Europe/Moscow", "Asia/Yekaterinburg", "Asia/Almaty"],
    order: Order::GivenFirst,
    given: &[
        ("Софья", "sofya"), ("Андрей", "andrey"), ("Ольга", "olga"), ("Пётр", "pyotr"), ("Юлия", "yuliya"), ("Щукарь", "shchukar"),
    ],
    family: &[
        ("Ковалевская", "kovalevskaya"), ("Колмогоров", "kolmogorov"), ("Рождественский", "rozhdestvensky"), ("Ёлкин", "yolkin"), ("Цой", "tsoy"),
    ],
    firms: &[("Северный ветер", "severny veter"), ("Тихая гавань", "tikhaya gavan"), ("Ёж", "yozh")],
    kinds: &[("", ""), (" и партнёры", "i partnyory"), (", научно-производственное объединение", "npo")],
};

const GREEK: Culture = Culture {
    language: "el",
    zones: &["Europe/Athens"],
    order: Order::GivenFirst,
    given: &[("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Κωνσταντίνα", "konstantina"), ("Οδυσσέας", "odysseas")],
    family: &[("Παπαδόπουλος", "papadopoulos"), ("Καραθεοδωρή", "karatheodori"), ("Ιωάννου", "ioannou")],
    firms: &[("Θάλασσα", "thalassa"), ("Ελαιώνας", "elaionas")],
    kinds: &[("", ""), (" Α.Ε.", "ae")],
};

const ARABIC: Culture = Culture {
    language: "ar",
    zones: &["Africa/Cairo", "Asia/Riyadh", "Africa/Casablanca"],
    order: Order::GivenFirst,
    given: &[("محمد", "mohamed"), ("فاطمة", "fatima"), ("مريم", "maryam"), ("عبد الرحمن", "abdelrahman"), ("ليلى", "layla")],
    family: &[("الخوارزمي", "alkhwarizmi"), ("حداد", "haddad"), ("ابن الهيثم", "ibnalhaytham"), ("المصري", "almasri")],
    firms: &[("النور", "alnoor"), ("واحة النخيل", "wahat alnakhil")],
    kinds: &[("", ""), (" للتجارة", "trading"), (" والشركاء", "partners")],
};

const HEBREW: Culture = Culture {
    language: "he",
    zones: &["Asia/Jerusalem"],
    order: Order::GivenFirst,
    given: &[("נועה", "noa"), ("דוד", "david"), ("שירה", "shira")],
    family: &[("כהן", "cohen"), ("בן־דוד", "bendavid"), ("אברהמי", "avrahami")],
    firms: &[("גשר", "gesher"), ("עץ הזית", "etz hazayit")],
    kinds: &[("", ""), (" בע״מ", "ltd")],
};

const HINDI: Culture = Culture {
    language: "hi",
    zones: &["Asia/Kolkata"],
    order: Order::GivenFirst,
    given: &[("आर्या", "arya"), ("श्रीनिवास", "srinivas"), ("लक्ष्मी", "lakshmi"), ("विक्रम", "vikram"), ("ज्योति", "jyoti")],
    family: &[("रामानुजन", "ramanujan"), ("शर्मा", "sharma"), ("त्रिपाठी", "tripathi"), ("सिंह", "singh")],
    firms: &[("सूर्योदय", "suryoday"), ("गंगा", "ganga")],
    kinds: &[("", ""), (" प्राइवेट लिमिटेड", "pvt ltd")],
};

const THAI: Culture = Culture {
    language: "th",
    zones: &["Asia/Bangkok"],
    order: Order::GivenFirst,
    given: &[("สมชาย", "somchai"), ("มาลี", "malee"), ("ณัฐพงษ์", "nattapong")],
    family: &[("ใจดี", "jaidee"), ("วงศ์สวัสดิ์รัตนโกสินทร์", "wongsawat"), ("ศรีสุข", "srisuk")],
    firms: &[("ดอกบัว", "dokbua"), ("ช้างทอง", "chang thong")],
    kinds: &[("", ""), (" จำกัด", "chamkat")],
};

const JAPANESE: Culture = Culture {
    language: "ja",
    zones: &["Asia/Tokyo"],
    order: Order::FamilyFirst,
    given: &[("花子", "hanako"), ("太郎", "taro"), ("さくら", "sakura"), ("ゆきひろ", "yukihiro"), ("アレックス", "alex")],
    family: &[("山田", "yamada"), ("松本", "matsumoto"), ("佐々木", "sasaki"), ("勅使河原", "teshigawara")],
    firms: &[("青空", "aozora"), ("ひまわり", "himawari"), ("㈱すずめ", "suzume")],
    kinds: &[("", ""), ("株式会社", "kk"), ("製作所", "seisakusho")],
};

const CHINESE: Culture = Culture {
    language: "zh-Hans",
    zones: &["Asia/Shanghai", "Asia/Singapore"],
    order: Order::FamilyFirstWithoutSpace,
    given: &[("小明", "xiaoming"), ("丽", "li"), ("建国", "jianguo"), ("思远", "siyuan"), ("雨桐", "yutong")],
    family: &[("王", "wang"), ("李", "li"), ("欧阳", "ouyang"), ("张", "zhang")],
    firms: &[("长河", "changhe"), ("小桥流水", "xiaoqiao liushui")],
    kinds: &[("", ""), ("有限公司", "co"), ("科技", "keji")],
};

const KOREAN: Culture = Culture {
    language: "ko",
    zones: &["Asia/Seoul"],
    order: Order::FamilyFirstWithoutSpace,
    given: &[("민준", "minjun"), ("서연", "seoyeon"), ("하늘", "haneul"), ("은지", "eunji")],
    family: &[("김", "kim"), ("이", "lee"), ("남궁", "namgung"), ("박", "park")],
    firms: &[("한강", "hangang"), ("작은 별", "jageun byeol")],
    kinds: &[("", ""), (" 주식회사", "jusik")],
};

/// Hosts that nobody has (RFC 2606): no letter to a made-up person reaches anybody.
pub(super) const HOSTS: &[&str] = &["example.com", "example.org", "example.net", "mail.example.com"];

/// What somebody writes to those who are invited.
pub(super) const MESSAGES: &[&str] = &["", "", "", "Welcome aboard!", "As we said on Monday.", "どうぞよろしくお願いします。", "أهلا وسهلا"];

/// What a key is for.
pub(super) const PURPOSES: &[&str] = &[
    "Backend", "Website", "Mobile app", "Nightly import", "Billing", "Search", "Webhooks", "CI", "Reports", "Data warehouse", "Übersetzung", "決済",
];

/// Where it is used.
pub(super) const DEPLOYMENTS: &[&str] = &["production", "production", "staging", "development", "eu-west", "us-east"];

#[cfg(test)]
mod tests {
    use contract::{
        accounts, languages::Language, organizations, text::one_line,
    };

    use super::*;

    #[test]
    fn every_word_can_be_used_where_it_is_used() {
        for culture in CULTURES {
            assert!(Language::parse(culture.language).is_ok(), "{}", culture.language);
            for zone in culture.zones {
                assert!(crate::time::canonical_zone(zone).is_some(), "{zone}");
            }
            for (written, latin) in culture.given.iter().chain(culture.family) {
                assert!(one_line(written, accounts::LONGEST_NAME / 2 - 1).is_ok(), "{written}");
                assert!(!latin.is_empty() && latin.bytes().all(|b| b.is_ascii_lowercase()), "{latin}");
            }
            for (firm, _) in culture.firms {
                for (kind, _) in culture.kinds {
                    let name = format!("{firm}{kind}");
                    assert_eq!(organizations::check_name(&name).as_deref(), Ok(name.as_str()));
                }
            }
        }
    }
}
