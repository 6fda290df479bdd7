import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Writes the data of the main example, always the same bytes: run {@code java MakeOrders.java
 * [--pretraining] [data folder] [model folder]} after TrainTokenizer.
 *
 * <ul>
 *   <li>{@code orders-train.jsonl}: {"messages": [...]}, a request in plain words and the JSON object
 *       it means. Names, streets, places, cities, dishes and topics are mostly words that nobody has
 *       ever used, so that they can only be copied.
 *   <li>{@code orders-test.jsonl}: such requests with names, streets, places, cities, dishes and
 *       topics of which none occurs in any other file here.
 *   <li>{@code pretrain-copy.jsonl}, written when {@code --pretraining} is given: {"messages": [...]},
 *       what teaches the small base model to copy: repeated words, records in several notations,
 *       requests with questions about their parts. Its words are made of all the tokenizer's tokens
 *       alike, since a token that is never to be copied is not copied when it matters.
 * </ul>
 *
 * <p>Every word list and sentence pattern below was written for this project.
 */
public final class MakeOrders {
  private static final int TRAIN_ROWS = 5_000;
  private static final int TEST_ROWS = 150;
  private static final int PRETRAINING_ROWS = 110_000;

  // ------------------------------------------------- what only the held-out requests speak of

  private static final List<String> HELD_NAMES =
      words(
          """
          Ana Farid Mireille Thandiwe Björn Agnieszka Ottavio Hiroko Padraig Xiomara Dmitri Ngozi
          Bertrand Siobhan Anatole Jacinta Rashid Elif Tobias Marguerite Ezekiel Ludmila Wilhelmina
          Hakim Saoirse Guadalupe Evander Fitzgerald Okonkwo Papadakis Yevgenia Desmond Rosalind
          """);
  private static final List<String> HELD_STREETS =
      lines(
          """
          Juniper Crescent; Abbey Road; Thornhill Drive; Whitechapel Lane; Bayswater Terrace;
          Kingsway; Larkspur Close; Montrose Avenue; Peachtree Street; Quarry Court;
          Sycamore Boulevard; Tannery Row; Vauxhall Street; Windermere Way; Elmhurst Place;
          Dovecote Lane; Bishopsgate; Hawthorn Drive; Rosewood Avenue; Carnaby Street
          """);
  private static final List<String> HELD_PLACES =
      lines(
          """
          The Copper Kettle; Trattoria Fontana; The Hungry Badger; Chez Colette; Bamboo Pavilion;
          Giovanni's; The Salty Anchor; La Paloma; Emerald Palace; The Wicked Spoon; Osteria Lucca;
          Miller & Sons; The Velvet Fig; Tandoori Nights; Brasserie Lumiere; The Crooked Chimney;
          Ichiban; Fatima's Table; The Lighthouse Inn; Zaytoun
          """);
  private static final List<String> HELD_CITIES =
      words(
          """
          Tallinn Marrakesh Edinburgh Ljubljana Reykjavik Toulouse Cologne Bologna Gdansk Coimbra
          Innsbruck Rotterdam Thessaloniki Kampala Bristol Quito Winnipeg Perth Hanoi Belfast
          Cardiff Dortmund Glasgow Limerick
          """);
  /** Singular and plural. */
  private static final List<String> HELD_ITEMS =
      lines(
          """
          calzone/calzones; spring roll/spring rolls; gyro/gyros; brownie/brownies;
          samosa/samosas; panini/paninis; scone/scones; cheesecake/cheesecakes;
          fish burger/fish burgers; veggie wrap/veggie wraps; mango lassi/mango lassis;
          enchilada/enchiladas; croissant/croissants; empanada/empanadas; hot dog/hot dogs
          """);
  private static final List<String> HELD_TOPICS =
      lines(
          """
          quarterly audit; bakery lease; wedding flowers; exam results; parking permit;
          museum visit; solar panels; piano lessons; visa application; flood damage;
          charity auction; software upgrade; dentist bill; football tickets; warehouse keys;
          job interview; adoption papers; rooftop garden; cheese tasting; orchestra rehearsal
          """);

  // --------------------------------------------------------------------- words of the training

  private static final List<String> NAMES =
      words(
          """
          Anna Ben Clara David Elena Felix Grace Hugo Ines Jonas Karin Leo Maria Nils Olga Paul Rosa
          Simon Tara Victor Wanda Yusuf Zoe Adam Bella Carl Dora Emil Fiona George Hanna Ivan Julia
          Kevin Laura Marco Nora Oscar Petra Robin Sara Tom Ulla Vera Walter Nadia Omar Priya Ravi
          Sofia Tariq Uma Vikram Mei Kenji Aiko Lin Chen Amara Kofi Zainab Samir Leila Dario Bruno
          Celia Diego Esther Frida Gustav Helen Isaac Jana Kurt Lydia Martin Nina Otto Pia Quentin
          Ruth Stefan Thea Urs Viola Wendy Xavier Yara Alma Boris Carmen Dennis Eva Frank Gina Henry
          Irma Jack Kira Lucas Mona Noah Peter Rita Sven Tina Vince Willa Smith Jones Brown Garcia
          Miller Lopez Nguyen Kim Patel Khan Rossi Weber Novak Silva Haddad Mbeki Larsen O'Neill
          Müller José Zoë André Renée Søren Łukasz Mary-Ann Jean-Luc De'Andre Mo Al Jo Ed Bo Li Ng Wu
          """);
  private static final List<String> ONSETS =
      words(
          "b br bl c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p ph pl pr qu r rh s sc sh sk sl"
              + " sm sn sp st str sv t th tr ts v w wh x y z zh");
  private static final List<String> NUCLEI =
      words("a a a e e e i i i o o o u u y ai ae au ea ee ei eo ia ie io oa oe oi oo ou ue ui");
  private static final List<String> CODAS =
      words("b ck d f g k l ld ll lm lt m mp n nd ng nn ns nt p r rd rk rl rn rs rt s sk ss st t th v x z");
  private static final List<String> ADJECTIVES =
      words(
          """
          red blue green golden silver old new little big happy quiet busy wild hidden royal secret
          sunny dusty rusty jolly lazy brave clever gentle merry noble proud rapid silent tender
          urban young yellow white black purple orange grey brown warm cold sweet sour bitter fresh
          broken flying dancing laughing burning sleeping northern southern eastern western upper
          lower inner outer first last lucky lonely modern ancient grand tiny giant round square
          """);
  private static final List<String> NOUNS =
      words(
          """
          apple barrel basket bear bell bicycle bird boat book bottle bridge brush bucket camel
          candle castle cat chair cherry clock cloud coat corner cow crane crown cup deer desk dog
          donkey door dragon drum duck eagle engine feather fence fiddle field fire fish flag flower
          forest fork fountain fox frog garden gate ghost giraffe glass goat goose grape guitar
          hammer harbor hat hen hill horse house island jar kettle key king kitchen kite ladder lake
          lamp leaf lemon letter lion lobster map market meadow mill mirror monkey moon mountain
          mouse needle nest oak ocean olive onion orchard otter owl oyster palace pan paper parrot
          pear pen pepper pigeon pillow plate plum pocket pond pot queen rabbit raven ribbon ring
          river robin rocket roof rope rose sail salmon sheep shell ship shoe shop snail snake spider
          spoon spring squirrel star stone storm stove summer sun swan table tailor tiger tower train
          tree trumpet tulip turtle umbrella valley violin wagon wall whale wheel willow window wolf
          """);
  private static final List<String> STREET_KINDS =
      words(
          "Street Street Street Road Road Lane Avenue Avenue Drive Court Way Close Place Square Row Hill"
              + " Terrace Crescent Boulevard Gardens Park Walk Mews St Rd Ave Blvd");
  private static final List<String> PLACE_KINDS =
      words(
          "Cafe Bistro Grill Kitchen Bar House Diner Tavern Inn Restaurant Pizzeria Trattoria Taverna"
              + " Brasserie Cantina Garden Palace Room Corner Lounge Steakhouse Noodles Sushi Pub");
  private static final List<String> FOODS =
      words(
          """
          pizza burger salad soup coffee tea cake sandwich taco burrito bagel muffin smoothie waffle
          pancake omelette kebab noodle dumpling lasagna quiche falafel toast cookie milkshake
          lemonade steak risotto ravioli pretzel donut sausage pasty crepe wrap pie juice curry
          roll bun tart biscuit platter bowl box tray bottle jar loaf-cake cappuccino latte espresso
          """);
  private static final List<String> FOOD_KINDS =
      words(
          """
          chicken cheese tomato mushroom beef lamb pork tuna salmon egg potato pepper onion spinach
          pumpkin apple cherry lemon chocolate vanilla coconut peanut garlic bean rice corn vegan
          spicy sweet iced grilled fried baked smoked fresh
          """);
  private static final List<String> SUBJECTS =
      words(
          """
          budget contract website sales hiring party trip roof marketing travel report launch office
          training insurance fair tax road book design security heating kitchen customer price photo
          concert water lunch safety school garden car house rent loan birthday camera computer
          printer project team client board holiday hotel flight train bank garage fence bathroom
          window door bicycle doctor hospital class course thesis paper article song video game movie
          theater library church club choir band shop store factory farm horse dog cat
          """);
  private static final List<String> MATTERS =
      words(
          """
          plan plans review repair repairs change changes list lists bill bills order orders problem
          question questions idea ideas numbers costs offer update meeting schedule rules survey
          results budget design contract delivery invoice payment permit renewal cleaning opening
          closing sale party show trip training test tests move papers keys letter letters
          tickets dinner tables increase discount menu delivery reminder notes forms passes seats
          address rules talk talks days hours
          """);
  private static final List<String> DAYS =
      words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
  private static final List<String> VERBS =
      words("call visit email thank pay invite text ask write ring help inform");
  private static final List<String> MODES = words("train bus boat plane ferry coach tram");
  private static final List<String> NUMBERS =
      words(
          "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
              + " sixteen seventeen eighteen nineteen twenty");
  private static final List<String> CLASSES = words("first second");
  private static final List<String> SIZES = words("small medium large");

  private final Random random;
  private final boolean heldOut;
  private final List<String> pieces;

  /** @param pieces the tokens of letters, each of which must be copied and not guessed */
  private MakeOrders(long seed, boolean heldOut, List<String> pieces) {
    this.random = new Random(seed);
    this.heldOut = heldOut;
    this.pieces = pieces;
  }

  public static void main(String[] args) throws IOException {
    List<String> folders = new ArrayList<>(List.of(args));
    boolean pretraining = folders.remove("--pretraining");
    Path folder = Path.of(folders.size() > 0 ? folders.get(0) : "examples/data");
    Path model = Path.of(folders.size() > 1 ? folders.get(1) : "examples/models/newt-tiny");
    Set<String> held = new HashSet<>();
    for (List<String> list :
        List.of(HELD_NAMES, HELD_STREETS, HELD_PLACES, HELD_CITIES, HELD_ITEMS, HELD_TOPICS)) {
      list.forEach(entry -> held.addAll(List.of(entry.toLowerCase(Locale.ROOT).split("/"))));
    }
    Predicate<String> mentions = mentionsAny(held);
    List<String> pieces = pieces(model.resolve("tokenizer.json"));
    if (pretraining) {
      MakeOrders maker = new MakeOrders(13, false, pieces);
      write(folder.resolve("pretrain-copy.jsonl"), rows(PRETRAINING_ROWS, maker::document, mentions));
      return;
    }
    MakeOrders tests = new MakeOrders(12, true, pieces);
    Set<String> test = new LinkedHashSet<>();
    while (test.size() < TEST_ROWS) {
      test.add(tests.request().chatRow());
    }
    write(folder.resolve("orders-test.jsonl"), test);
    MakeOrders training = new MakeOrders(11, false, pieces);
    write(
        folder.resolve("orders-train.jsonl"),
        rows(TRAIN_ROWS, () -> training.request().chatRow(), mentions));
  }

  /** So many different rows in which none of the held-out words occurs. */
  private static Set<String> rows(int count, Supplier<String> next, Predicate<String> mentions) {
    Set<String> rows = new LinkedHashSet<>();
    while (rows.size() < count) {
      String row = next.get();
      if (!mentions.test(decoded(row))) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** Whether a text has one of the words as a whole word; most have not even the letters, which is found out faster. */
  private static Predicate<String> mentionsAny(Set<String> words) {
    Map<String, Pattern> whole = new HashMap<>();
    words.forEach(
        word -> whole.put(word, Pattern.compile("(?<![\\p{L}\\p{M}])" + Pattern.quote(word) + "(?![\\p{L}\\p{M}])")));
    return text ->
        words.stream().anyMatch(word -> text.contains(word) && whole.get(word).matcher(text).find());
  }

  /** The tokens of a vocabulary that are letters, at least two. */
  private static List<String> pieces(Path tokenizer) throws IOException {
    String json = Files.readString(tokenizer);
    return Pattern.compile("\"([A-Za-z]{2,})\"\\s*:")
        .matcher(json.substring(json.indexOf("\"vocab\"") + 7, json.indexOf("\"merges\"")))
        .results()
        .map(token -> token.group(1))
        .toList();
  }

  /** In small letters, a line's end as white space. */
  private static String decoded(String row) {
    return row.replace("\\n", " ").toLowerCase(Locale.ROOT);
  }

  // --------------------------------------------------------------------------- open vocabulary

  /** A word that nobody has used: halves of two others, or one to four syllables. */
  private String inventedWord() {
    if (random.nextInt(3) == 0) {
      return pieced();
    }
    if (random.nextInt(5) < 2) {
      String first = pick(random.nextInt(3) > 0 ? NAMES : NOUNS).toLowerCase(Locale.ROOT);
      String second = pick(random.nextInt(3) > 0 ? NAMES : NOUNS).toLowerCase(Locale.ROOT);
      String word =
          first.substring(0, (first.length() + random.nextInt(2)) / 2 + random.nextInt(2)).replaceAll("[^\\p{L}]", "")
              + second.substring(second.length() / 2).replaceAll("[^\\p{L}]", "");
      if (word.length() > 2) {
        return word;
      }
    }
    StringBuilder word = new StringBuilder();
    int syllables = 1 + random.nextInt(random.nextInt(3) + 2);
    for (int i = 0; i < syllables; i++) {
      if (i > 0 || random.nextInt(5) > 0) {
        word.append(pick(ONSETS));
      }
      word.append(pick(NUCLEI));
      if (random.nextInt(3) == 0 || i == syllables - 1 && random.nextBoolean()) {
        word.append(pick(CODAS));
      }
    }
    if (random.nextInt(12) == 0) { // a letter out of place, as names of other tongues have it
      word.setCharAt(random.nextInt(word.length()), (char) ('a' + random.nextInt(26)));
    }
    if (random.nextInt(25) == 0) {
      word.setCharAt(random.nextInt(word.length()), "éèáíóúñçöüäåøßşčžłğ".charAt(random.nextInt(19)));
    }
    return word.length() < 2 ? inventedWord() : word.toString();
  }

  /** One to three tokens side by side, in their own writing. */
  private String pieced() {
    StringBuilder word = new StringBuilder(pick(pieces));
    for (int more = random.nextInt(3); more > 0; more--) {
      word.append(pick(pieces).toLowerCase(Locale.ROOT));
    }
    return word.toString();
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private String properWord() {
    return switch (random.nextInt(10)) {
      case 0 -> capital(pick(NOUNS));
      case 1 -> pick(NAMES);
      case 2 -> capital(pick(NOUNS) + pick(NOUNS));
      case 3 -> capital(pick(NOUNS).substring(0, 3) + inventedWord());
      default -> capital(inventedWord());
    };
  }

  private String name() {
    if (heldOut) {
      return pick(HELD_NAMES);
    }
    String name = random.nextInt(8) == 0 ? pick(NAMES) : capital(inventedWord());
    return switch (random.nextInt(24)) {
      case 0, 1 -> name + " " + capital(inventedWord());
      case 2 -> name + "-" + capital(inventedWord());
      case 3 -> (char) ('A' + random.nextInt(26)) + ". " + name;
      case 4 -> pick("O'", "Mc", "Mac", "De ", "Van ", "Al-", "D'") + name;
      case 5 -> pick("Mr ", "Mrs ", "Ms ", "Dr ", "Dr. ", "Aunt ", "Uncle ") + name;
      default -> name;
    };
  }

  private String street() {
    if (heldOut) {
      return pick(HELD_STREETS);
    }
    return switch (random.nextInt(8)) {
      case 0 -> capital(pick(ADJECTIVES)) + " " + pick(STREET_KINDS);
      case 1, 2 -> capital(pick(NOUNS)) + " " + pick(STREET_KINDS);
      case 3 -> pick("Via ", "Rue ", "Calle ", "Avenida ", "Rua ", "Piazza ", "Rue de ") + properWord();
      case 4 -> capital(inventedWord()) + pick("strasse", "weg", "gate", "gasse", "way", "side");
      case 5 -> pick("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "5th", "9th",
          "12th", "21st", "42nd", "3rd") + " " + pick(STREET_KINDS);
      default -> properWord() + " " + pick(STREET_KINDS);
    };
  }

  private String address() {
    int number = random.nextInt(4) == 0 ? 1 + random.nextInt(2400) : 1 + random.nextInt(220);
    String letter = random.nextInt(12) == 0 ? "" + (char) ('a' + random.nextInt(4)) : "";
    return number + letter + " " + street();
  }

  private String place() {
    if (heldOut) {
      return pick(HELD_PLACES);
    }
    return switch (random.nextInt(9)) {
      case 0 -> "The " + capital(pick(ADJECTIVES)) + " " + capital(pick(NOUNS));
      case 1 -> "The " + properWord() + " " + pick(PLACE_KINDS);
      case 2 -> properWord() + "'s";
      case 3 -> pick(PLACE_KINDS) + " " + properWord();
      case 4 -> pick("La ", "Le ", "El ", "Il ", "Casa ", "Chez ", "Zum ", "Old ") + properWord();
      case 5 -> properWord() + " & " + properWord();
      case 6 -> properWord();
      default -> properWord() + " " + pick(PLACE_KINDS);
    };
  }

  private String city() {
    if (heldOut) {
      return pick(HELD_CITIES);
    }
    String city = capital(inventedWord());
    return switch (random.nextInt(12)) {
      case 0 -> pick("San ", "Saint ", "New ", "Port ", "Bad ", "Los ", "El ") + city;
      case 1 -> city + pick("burg", "ville", "ton", "stad", "grad", "pur", "abad", "mouth", "ford", "heim");
      case 2 -> capital(pick(NOUNS)) + pick("burg", "ville", "ton", "field", "ford", "mouth");
      default -> city;
    };
  }

  /** Half of them end in a vowel, whose plural the tokenizer often cuts elsewhere than at the s. */
  private String dish() {
    String word = inventedWord();
    return random.nextBoolean() ? word : word + pick("a", "a", "e", "e", "i", "o", "ie", "elle", "ada", "ito", "ine");
  }

  /** Singular and plural. */
  private String[] item() {
    if (heldOut) {
      return pick(HELD_ITEMS).split("/");
    }
    String noun =
        switch (random.nextInt(5)) {
          case 0 -> pick(NOUNS);
          case 1, 2 -> dish();
          default -> pick(FOODS);
        };
    while (noun.matches(".*(s|x|z|h|sh|ch|f)") || noun.length() < 3) {
      noun = dish();
    }
    String plural =
        noun.matches(".*[^aeiou]y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    String kind = random.nextInt(3) == 0 ? (random.nextInt(4) == 0 ? inventedWord() : pick(FOOD_KINDS)) + " " : "";
    return new String[] {kind + noun, kind + plural};
  }

  private String topic() {
    if (heldOut) {
      return pick(HELD_TOPICS);
    }
    return switch (random.nextInt(8)) {
      case 0 -> pick(SUBJECTS);
      case 1 -> pick(ADJECTIVES) + " " + pick(NOUNS);
      case 2 -> inventedWord() + " " + (random.nextBoolean() ? pick(MATTERS) : inventedWord());
      case 3 -> pick(NOUNS) + " " + pick(MATTERS);
      case 4 -> pick(ADJECTIVES) + " " + pick(SUBJECTS) + " " + pick(MATTERS);
      default -> pick(SUBJECTS) + " " + pick(MATTERS);
    };
  }

  private record Said(String words, String value) {}

  private Said day() {
    String day = pick(DAYS);
    if (random.nextInt(14) == 0) {
      String relative = pick("tomorrow", "today");
      return new Said(relative, relative);
    }
    return new Said(pick("on ", "on ", "on ", "this ", "next ", "this coming ", "for ", "") + day, day);
  }

  private Said time() {
    int hour = 7 + random.nextInt(16);
    int minute = random.nextInt(2) == 0 ? 0 : random.nextInt(6) == 0 ? 5 * random.nextInt(12) : 15 * random.nextInt(4);
    String clock = "%02d:%02d".formatted(hour, minute);
    int twelve = (hour + 11) % 12 + 1;
    String half = hour < 12 ? "am" : "pm";
    String partOfDay = hour < 12 ? "in the morning" : hour < 18 ? "in the afternoon" : "in the evening";
    List<String> ways = new ArrayList<>();
    ways.add(clock);
    String minutes = minute == 0 ? "" : ":%02d".formatted(minute);
    ways.add(twelve + minutes + " " + half);
    ways.add(twelve + minutes + half);
    ways.add(twelve + minutes + " " + half);
    ways.add(twelve + minutes + " " + partOfDay);
    if (minute == 0) {
      ways.add(NUMBERS.get(twelve) + " " + half);
      ways.add(NUMBERS.get(twelve) + " " + partOfDay);
      ways.add(twelve + " o'clock " + partOfDay);
      if (hour == 12) {
        ways.add("noon");
        ways.add("noon");
      }
    } else if (minute == 30) {
      ways.add("half past " + NUMBERS.get(twelve) + " " + partOfDay);
    } else if (minute == 15) {
      ways.add("quarter past " + NUMBERS.get(twelve) + " " + partOfDay);
    } else if (minute == 45) {
      ways.add("quarter to " + NUMBERS.get(twelve % 12 + 1) + " " + (hour + 1 < 12 ? "in the morning"
          : hour + 1 < 18 ? "in the afternoon" : "in the evening"));
    }
    return new Said(pick(ways), clock);
  }

  private String count(int n) {
    return n > 20 || random.nextInt(3) == 0 ? "" + n : NUMBERS.get(n);
  }

  private Said minutes() {
    int minutes = 5 * (1 + random.nextInt(24));
    if (random.nextInt(4) == 0) {
      return pickSaid(
          new Said("half an hour", "30"),
          new Said("an hour", "60"),
          new Said("one hour", "60"),
          new Said("two hours", "120"),
          new Said("an hour and a half", "90"));
    }
    return new Said(
        (minutes <= 20 && random.nextInt(3) == 0 ? NUMBERS.get(minutes) : "" + minutes)
            + pick(" minutes", " minutes", " minutes", " min"),
        "" + minutes);
  }

  // ------------------------------------------------------------------------------ the requests

  /** A request and the fields to be read from it, in their order; values are JSON already. */
  private record Request(String intent, String text, Map<String, String> fields) {
    String json() {
      StringBuilder json = new StringBuilder("{\"intent\":\"" + intent + "\"");
      fields.forEach((key, value) -> json.append(",\"").append(key).append("\":").append(value));
      return json.append('}').toString();
    }

    String chatRow() {
      return "{\"messages\":[{\"role\":\"user\",\"content\":" + quote(text)
          + "},{\"role\":\"assistant\",\"content\":" + quote(json()) + "}]}";
    }

    String plain(String key) {
      String value = fields.get(key);
      return value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
    }
  }

  private Request request() {
    return switch (random.nextInt(5)) {
      case 0 -> reservation();
      case 1 -> order();
      case 2 -> meeting();
      case 3 -> ticket();
      default -> reminder();
    };
  }

  private Request reservation() {
    int people = 1 + random.nextInt(14);
    String place = place();
    Said day = day();
    Said time = time();
    String name = name();
    String many = count(people);
    String persons = many + " " + (people == 1 ? pick("person", "guest") : pick("people", "people", "persons", "guests", "of us"));
    String forMany = pick("for " + persons, "for " + many, "for a party of " + many, "for a group of " + many);
    String text =
        assembled()
            ? compose(
                pick("I'd like a table", "We want to have dinner", "Can we have lunch", "Could you get us seats", "Please put us down",
                    "I'm calling to book", "Please see if there is a free table", "We plan to eat", "My friends and I would love to eat",
                    "Let's do dinner", "Kindly set aside a table", "I was hoping for a table", "Is it possible to eat",
                    "Need a table", "Try to get us in", "You'd make us happy with a table"),
                new Part(
                    List.of("at " + place, "at " + place, "in " + place),
                    List.of("The restaurant is " + place, "The place is called " + place, "It should be " + place,
                        place + " is where we want to go", "Restaurant: " + place, "We've picked " + place)),
                new Part(
                    List.of(forMany, forMany, "with " + many + (people == 1 ? " person" : " people")),
                    List.of("We are " + many, "We're " + many, "There will be " + many + " of us", capital(persons),
                        "That makes " + persons, "It's " + many + " of us", "Just " + many, "People: " + many)),
                new Part(
                    List.of(day.words + " at " + time.words, "at " + time.words + " " + day.words,
                        day.words + ", " + time.words),
                    List.of("We'd come " + day.words + " at " + time.words, "Make it " + day.words + " at " + time.words,
                        capital(day.words) + " at " + time.words + " would be perfect", "When: " + day.words + ", " + time.words,
                        day.value + ", " + time.words)),
                new Part(
                    List.of("under " + name, "for " + name, "under the name " + name, "in the name of " + name),
                    List.of("My name is " + name, "I'm " + name, "The name's " + name, "This is " + name, "Name: " + name,
                        "It's for " + name, "Use the name " + name, "Write down " + name, name + " is my name",
                        "Put " + name + " on the list")))
            : spoken()
            ? pick(
                capital(many) + " of us want to eat at " + place + " " + day.words + " at " + time.words + ". The name is " + name,
                "Do you have room " + forMany + " at " + place + " " + day.words + " at " + time.words + "? I'm " + name,
                "We'd like to come to " + place + " " + day.words + " at " + time.words + ", " + persons + ", under the name " + name,
                "Is a table " + forMany + " possible at " + place + " " + day.words + " at " + time.words + "? Put it under " + name,
                "Please keep a table for " + name + " at " + place + " " + day.words + " at " + time.words + ". We will be " + many,
                "Name: " + name + ". Place: " + place + ". " + capital(day.words) + " at " + time.words + ". " + capital(persons),
                "Call " + place + " and say that we come " + day.words + " at " + time.words + ", " + persons + ", name of " + name,
                "It is " + name + "'s birthday and " + many + " of us will be at " + place + " " + day.words + " at " + time.words,
                "I'm " + name + ". Any space at " + place + " " + day.words + " at " + time.words + " " + forMany + "?",
                "Dinner " + forMany + " at " + place + ", " + day.words + ", " + time.words + ". It's under " + name,
                "Could you see if " + place + " has room " + forMany + " " + day.words + " at " + time.words + ", for " + name,
                "I wonder whether " + place + " could take " + persons + " " + day.words + " at " + time.words + "? " + name + " is the name",
                "There will be " + many + " of us at " + place + " " + day.words + " at " + time.words + ", on the name " + name,
                name + " here. We are " + many + ", we want to try " + place + " " + day.words + " at " + time.words)
            : random.nextInt(3) == 0
            ? pick(
                "We are " + many + " and want to eat at " + place + " " + day.words + " at " + time.words
                    + ", name " + name,
                "Is there a table free at " + place + " " + day.words + " at " + time.words + " " + forMany
                    + "? It is for " + name,
                "Table " + forMany + ", " + place + ", " + day.words + " " + time.words + ", " + name,
                name + " wants a table " + forMany + " at " + place + " " + day.words + " at " + time.words,
                "A table at " + place + " please, " + day.words + ", " + time.words + ", " + forMany + ", "
                    + "the name is " + name,
                "My name is " + name + " and I want to reserve at " + place + " " + forMany + " " + day.words
                    + " at " + time.words,
                day.words + " at " + time.words + " " + many + " of us want to have dinner at " + place
                    + ", please book it under " + name)
            : phrase(
                pick(
                    "Book a table", "Reserve a table", "I would like a table", "I'd like to book a table",
                    "Could you book us a table", "We need a table", "Please hold a table", "Can I get a table",
                    "Please reserve a table", "Make a reservation", "I want to make a reservation",
                    "Can you reserve a table", "Get me a table", "Find us a table", "I need a dinner reservation",
                    "We would love a table", "Would you book dinner", "Can we have a table", "Save a table",
                    "Arrange a lunch table"),
                forMany,
                pick("at ", "at ", "at ", "in ") + place,
                day.words,
                pick("at ", "at ", "around ", "for ") + time.words,
                pick("under ", "under the name ", "in the name of ", "for ", "name is ", "under the name of ",
                    "booked as ", "reserved for ") + name);
    return finish(
        "reservation",
        text,
        "place", quote(place), "people", "" + people, "day", quote(day.value), "time", quote(time.value),
        "name", quote(name));
  }

  private Request order() {
    int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 30 : 12);
    String[] item = item();
    boolean sized = random.nextInt(3) > 0;
    String size = pick(SIZES);
    String address = address();
    String name = name();
    String amount = count == 1 && random.nextBoolean() ? "a" : count == 12 && random.nextBoolean() ? "a dozen" : count(count);
    String noun = count == 1 ? item[0] : item[1];
    if (amount.equals("a") && !sized && "aeiou".indexOf(noun.charAt(0)) >= 0) {
      amount = "an";
    }
    String goods = amount + " " + (sized ? size + " " : "") + noun;
    String text =
        assembled()
            ? compose(
                pick("Please send ", "I'd love ", "We fancy ", "Could you drop off ", "I'll take ", "Let me have ", "Can someone bring ",
                    "How about ", "May I have ", "Get us ", "We're in the mood for ", "Put me down for ", "I'm ordering ",
                    "Rush ", "We'll have ", "It's time for ") + goods,
                new Part(
                    List.of("to " + address, "to " + address, "at " + address, "over to " + address),
                    List.of("The address is " + address, "We live at " + address, "It goes to " + address, "Drop it at " + address,
                        "I'm at " + address, address + " is the address", "Where: " + address, "You'll find us at " + address,
                        "Come to " + address)),
                new Part(
                    List.of("for " + name, "for " + name, "and ask for " + name, "under the name " + name),
                    List.of("It's for " + name, "They're for " + name, "My name is " + name, "The name on the door is " + name,
                        "Ring at " + name, "Ask for " + name, "This is " + name, "I'm " + name, name + " will pay",
                        name + " is waiting", "The name's " + name, "Give it to " + name)))
            : spoken()
            ? pick(
                capital(goods) + " should go to " + name + " at " + address,
                "Get " + goods + " over to " + name + ", " + pick("he", "she") + " lives at " + address,
                capital(goods) + " for the office at " + address + ". Ask for " + name,
                "Would it be possible to get " + goods + " to " + address + "? The name is " + name,
                "My friend " + name + " is at " + address + " and wants " + goods,
                name + " would like " + goods + ", the address is " + address,
                "We're at " + address + " and would love " + goods + ". It's for " + name,
                "Could somebody bring " + goods + " to " + name + "? The address is " + address,
                "I live at " + address + ". Please bring me " + goods + ". My name is " + name,
                "Take " + goods + " to " + address + " and give it to " + name,
                goods + ", " + address + ", " + name,
                "There are hungry " + pick("people", "workers", "guests", "children") + " at " + address + ", so bring " + goods
                    + " and ask for " + name,
                "My " + pick("aunt", "brother", "mother", "boss", "neighbour", "friend", "colleague") + " " + name + " is at "
                    + address + " and wants " + goods,
                "The people at " + address + " want " + goods + ", " + name + " will take them",
                "Hungry! " + capital(goods) + " to " + address + ", " + name + " will open the door",
                "Address: " + address + ". Name: " + name + ". " + capital(goods))
            : random.nextInt(3) == 0
            ? pick(
                name + " at " + address + " wants " + goods,
                "I am " + name + ", " + address + ", and I want " + goods,
                capital(goods) + " for " + name + ", " + address + ", please",
                "Bring " + name + " " + goods + " at " + address,
                "Could " + name + " get " + goods + " delivered to " + address + "?",
                "My order: " + goods + ". Address: " + address + ". Name: " + name,
                "We are hungry at " + address + ": " + goods + ", ask for " + name,
                "Deliver to " + address + " " + goods + ", the name is " + name,
                capital(goods) + " to " + address + " for " + name,
                "For " + name + ": " + goods + " to " + address)
            : phrase(
                pick("Send ", "Deliver ", "Please bring ", "I want to order ", "Can you deliver ",
                    "We would like ", "Please send ", "I need ", "I'd like ", "Could you send ", "Order ",
                    "Get me ", "Can I have ", "Bring ", "I would like to order ", "Please deliver ",
                    "We want ", "Could I get ", "Have ", "Ship ") + goods,
                pick("to ", "to ", "to ", "over to ", "at ") + address,
                pick("for ", "for ", "and ask for ", "with the name ", "under the name ", "name ",
                    "on the name of ", "in the name of ", "it's for ", "addressed to ") + name);
    return finish(
        "order",
        text,
        "item", quote(item[0]), "size", sized ? quote(size) : "null", "count", "" + count,
        "address", quote(address), "name", quote(name));
  }

  private Request meeting() {
    String with = name();
    String topic = topic();
    Said day = day();
    Said time = time();
    Said minutes = minutes();
    String about = pick("about ", "about the ", "about the ", "about our ", "about my ", "on the topic of the ",
        "to talk about the ", "to discuss the ", "to discuss ", "regarding the ", "on the ", "concerning the ",
        "to go over the ") + topic;
    String text =
        assembled()
            ? compose(
                pick("I'd like to meet", "We should sit down", "Please find time for a talk", "Let's have a chat", "Schedule something",
                    "Book a slot", "I want to speak", "Get a call on the calendar", "Make room for a meeting", "It's time to talk",
                    "Could we get together", "Please block my calendar for a talk", "I need to catch up", "Plan something"),
                new Part(
                    List.of("with " + with, "with " + with, "together with " + with),
                    List.of("It's with " + with, "Invite " + with, with + " will be there", "The other person is " + with,
                        with + " asked for it", "I'll be meeting " + with, "With: " + with, "Tell " + with)),
                new Part(
                    List.of("about the " + topic, "about " + topic, "on the " + topic, "to go through the " + topic),
                    List.of("It's about the " + topic, "The topic is the " + topic, "Subject: " + topic, "We'll discuss the " + topic,
                        "The " + topic + " has to be talked over", "Topic: " + topic, "It concerns the " + topic,
                        "The " + topic + " is what we talk about")),
                new Part(
                    List.of(day.words + " at " + time.words, "at " + time.words + " " + day.words),
                    List.of(capital(day.words) + " at " + time.words + " suits us", "Make it " + day.words + " at " + time.words,
                        "We can do " + day.words + " at " + time.words, "When: " + day.words + ", " + time.words,
                        capital(day.words) + ", " + time.words)),
                new Part(
                    List.of("for " + minutes.words, "for " + minutes.words, "of " + minutes.words),
                    List.of("It takes " + minutes.words, capital(minutes.words) + " should do", "We need " + minutes.words,
                        "Give us " + minutes.words, capital(minutes.words) + ", no more", "Length: " + minutes.words,
                        capital(minutes.words) + " is enough")))
            : spoken()
            ? pick(
                "Find " + minutes.words + " " + day.words + " at " + time.words + " so " + with + " and I can talk about the " + topic,
                "Get me " + minutes.words + " with " + with + " " + day.words + " at " + time.words + ", subject: " + topic,
                capital(day.words) + " at " + time.words + " is good for " + with + ", book " + minutes.words + " with "
                    + pick("him", "her") + " about the " + topic,
                "Ask " + with + " to meet me " + day.words + " at " + time.words + " for " + minutes.words + ", it is about the " + topic,
                "I need " + minutes.words + " of " + with + "'s time " + day.words + " at " + time.words + " for the " + topic,
                "The " + topic + " has to be discussed with " + with + ", " + minutes.words + " " + day.words + " at " + time.words,
                "Could we have " + with + " in for " + minutes.words + " " + day.words + " at " + time.words + "? It's about the " + topic,
                "meet " + with + " " + day.value + " " + time.words + " " + minutes.words + " about the " + topic,
                capital(day.value) + ", " + time.words + ", " + minutes.words + ", " + with + ", the " + topic + ": please put that "
                    + pick("meeting", "appointment") + " in my " + pick("diary", "calendar"),
                "I need " + minutes.words + " of " + with + "'s time " + day.words + " at " + time.words + " about the " + topic,
                "Could " + with + " come by for " + minutes.words + " " + day.words + " at " + time.words + "? The " + topic
                    + " is what it's about",
                "Topic: " + topic + ". With: " + with + ". " + capital(day.words) + ", " + time.words + ", " + minutes.words,
                with + " wants to see me about the " + topic + " " + day.words + " at " + time.words + ", give us " + minutes.words,
                "Reserve " + minutes.words + " for " + with + " and me " + day.words + " at " + time.words + ", we talk about the " + topic)
            : random.nextInt(3) == 0
            ? pick(
                "I have to talk with " + with + " " + about + " " + day.words + " at " + time.words + " for "
                    + minutes.words,
                with + " and I should meet " + day.words + " at " + time.words + " for " + minutes.words + " "
                    + about,
                "Meeting with " + with + ", " + topic + ", " + day.words + " " + time.words + ", " + minutes.words,
                "Block " + minutes.words + " " + day.words + " at " + time.words + " for a meeting with " + with
                    + " " + about,
                "Let me meet " + with + " " + day.words + " at " + time.words + " " + about + ", "
                    + minutes.words + " will do",
                "Can " + with + " and I sit together " + day.words + " at " + time.words + " for "
                    + minutes.words + " " + about + "?",
                capital(day.words) + " at " + time.words + " I meet " + with + " " + about + " for "
                    + minutes.words)
            : phrase(
                pick("Set up a meeting", "Plan a meeting", "Please arrange a meeting", "I need a meeting",
                    "Can you schedule a meeting", "Put a meeting in my calendar", "Schedule a meeting",
                    "Add a meeting", "Book a meeting", "Could you set up a call", "Please plan a call",
                    "Organise a meeting", "I want a meeting", "Make an appointment", "Schedule a call",
                    "Fix a meeting", "Please put in a meeting", "Set a meeting"),
                "with " + with,
                about,
                day.words,
                "at " + time.words,
                pick("for ", "for ", "lasting ", "of ") + minutes.words);
    return finish(
        "meeting",
        text,
        "with", quote(with), "topic", quote(topic), "day", quote(day.value), "time", quote(time.value),
        "minutes", minutes.value);
  }

  private Request ticket() {
    int count = 1 + random.nextInt(12);
    String from = city();
    String to = city();
    String mode = pick(MODES);
    String seat = pick(CLASSES);
    Said day = day();
    String amount = count == 1 && random.nextBoolean() ? "a" : count(count);
    String tickets = "ticket" + (count == 1 ? "" : "s");
    String goods =
        pick(
            amount + " " + seat + " class " + tickets,
            amount + " " + seat + "-class " + tickets,
            amount + " " + tickets + " in " + seat + " class");
    String goodsWithMode = amount + " " + seat + " class " + mode + " " + tickets;
    String seats = amount + " " + (count == 1 ? "seat" : "seats");
    String text =
        assembled()
            ? compose(
                pick("Please get me " + goods, "I'm looking for " + goods, "We'd like " + goods, capital(goods) + " please",
                    "Could you find " + goods, "See if you can get " + goods, "I'm after " + goods, "We'll need " + goods,
                    "Time to travel, so buy " + goods, "Do you still have " + goods, "Pick up " + goods, "I'd take " + goods),
                new Part(
                    List.of("from " + from, "from " + from, "out of " + from),
                    List.of("We start from " + from, "I'll leave from " + from, "We live in " + from, "I'm in " + from + " now",
                        "From: " + from, from + " is where I get on", "The trip begins in " + from)),
                new Part(
                    List.of("to " + to, "to " + to, "going to " + to),
                    List.of("We're off to " + to, "I have to be in " + to, "The destination is " + to, "We want to see " + to,
                        "To: " + to, "My family is in " + to, "I'm headed to " + to, to + " is where it ends")),
                new Part(
                    List.of("by " + mode, "on the " + mode, "by " + mode),
                    List.of("We take the " + mode, "By " + mode, "It has to be the " + mode, "The " + mode + " is fine",
                        "I prefer the " + mode, capital(mode) + " only")),
                new Part(
                    List.of(day.words, day.words),
                    List.of("I travel " + day.words, "We leave " + day.words, "When: " + day.words, capital(day.words),
                        "Departure " + day.words, "It's for " + day.value)))
            : spoken()
            ? pick(
                "We're going to " + to + " " + day.words + ". " + capital(goods) + " by " + mode + " from " + from + ", please",
                seats + ", " + seat + " class, on the " + mode + " that goes from " + from + " to " + to + " " + day.words,
                "Could you get " + goods + " for the " + mode + " between " + from + " and " + to + " " + day.words + "?",
                goods + ", " + from + " to " + to + ", " + mode + ", " + day.words,
                "I travel " + day.words + " from " + from + " and must be in " + to + ", " + goods + " by " + mode,
                "Please sort out " + goodsWithMode + " to " + to + " from " + from + " " + day.words,
                "From: " + from + ". To: " + to + ". By " + mode + ", " + day.words + ", " + seat + " class, " + count(count)
                    + (count == 1 ? " person" : " people"),
                "There are " + count(count) + " of us, we want to take the " + mode + " from " + from + " to " + to + " "
                    + day.words + " in " + seat + " class",
                capital(mode) + " " + tickets + " from " + from + " to " + to + " " + day.words + ": " + count(count) + ", "
                    + seat + " class",
                "Can we go to " + to + " by " + mode + " " + day.words + "? We start from " + from + ", we're " + count(count)
                    + " and want " + seat + " class",
                "I have to go to " + to + " " + day.words + " and take the " + mode + " from " + from + ", so get me " + goods,
                "Is it possible to travel from " + from + " to " + to + " by " + mode + " " + day.words + "? We need " + goods,
                "Are there still " + seat + " class " + mode + " " + "tickets from " + from + " to " + to + " " + day.words
                    + "? I'd need " + count(count),
                "Is there a " + mode + " from " + from + " to " + to + " " + day.words + "? Then get me " + goods)
            : random.nextInt(3) == 0
            ? pick(
                "We are " + count(count) + " and travel from " + from + " to " + to + " by " + mode + " "
                    + day.words + ", " + seat + " class",
                goodsWithMode + " " + day.words + " from " + from + " to " + to,
                "I need " + goodsWithMode + " from " + from + " to " + to + " " + day.words,
                "Book the " + mode + " from " + from + " to " + to + " " + day.words + ", " + goods,
                from + " to " + to + " by " + mode + ", " + day.words + ", " + goods,
                capital(day.words) + " I go from " + from + " to " + to + " by " + mode + ", get me " + goods,
                "How about " + goods + " for the " + mode + " " + day.words + " from " + from + " to " + to + "?",
                "To " + to + " from " + from + " " + day.words + " by " + mode + ", " + goods + " please")
            : phrase(
                pick("Buy ", "Please get me ", "I need ", "Can you buy ", "We want ", "Please book ", "Get us ",
                    "I would like ", "I'd like ", "Could you book ", "Book ", "Order ", "Can I have ",
                    "Find me ", "Reserve ", "We need ") + goods,
                pick("from ", "from ", "leaving from ", "leaving ", "starting in ") + from,
                pick("to ", "to ", "going to ", "arriving in ") + to,
                pick("by ", "by ", "on the ", "with the ") + mode,
                day.words);
    return finish(
        "ticket",
        text,
        "from", quote(from), "to", quote(to), "by", quote(mode), "class", quote(seat), "count", "" + count,
        "day", quote(day.value));
  }

  private Request reminder() {
    String verb = pick(VERBS);
    String who = name();
    String topic = topic();
    Said day = day();
    Said time = time();
    String task = verb + " " + who;
    String about = pick("about ", "about the ", "about the ", "about our ", "about my ", "regarding the ",
        "because of the ", "concerning the ", "over the ") + topic;
    String text =
        assembled()
            ? compose(
                pick("Remind me to " + task, "I must " + task, "Make sure that I " + task, "Please let me know that I should " + task,
                    "Nudge me to " + task, "I'd forget to " + task + ", so tell me", "It is important that I " + task,
                    "Would you remind me to " + task, "Send me a reminder to " + task, "I still have to " + task,
                    "Don't forget, I have to " + task, "Beep me so that I " + task, "One thing to do: " + task),
                new Part(
                    List.of("about the " + topic, "about the " + topic, "about " + topic, "for the " + topic, "regarding the " + topic),
                    List.of("It's about the " + topic, "It's because of the " + topic, "The reason is the " + topic, "Topic: " + topic,
                        "The " + topic + " can't wait", "It has to do with the " + topic, "The " + topic + " is the matter")),
                new Part(
                    List.of(day.words + " at " + time.words, "at " + time.words + " " + day.words, day.words + ", " + time.words),
                    List.of("The time is " + day.words + " at " + time.words, "Do it " + day.words + " at " + time.words,
                        "When: " + day.words + ", " + time.words, capital(day.words) + " at " + time.words + " please",
                        "I have time " + day.words + " at " + time.words, capital(day.words) + " at " + time.words)))
            : spoken()
            ? pick(
                "I mustn't forget: " + task + " about the " + topic + " " + day.words + " at " + time.words,
                capital(day.words) + " at " + time.words + ": " + task + " about the " + topic,
                capital(day.words) + " " + time.words + " is when I have to " + task + " about the " + topic,
                "Alarm " + day.words + " at " + time.words + ", I must " + task + " about the " + topic,
                "pls remind me " + day.words + " " + time.words + " to " + task + " for the " + topic,
                "pls remind me " + day.value + " " + time.words + " to " + task + " for the " + topic,
                day.value + " at " + time.words + ", don't forget, " + task + " about the " + topic,
                "The " + topic + ": I should " + task + " " + day.words + " at " + time.words + ", remind me",
                "Wake me up " + day.words + " at " + time.words + " so that I " + task + " about the " + topic,
                "I promised to " + task + " about the " + topic + ". " + capital(day.words) + " at " + time.words + " please",
                "Would you tell me to " + task + " " + day.words + " at " + time.words + "? It is about the " + topic,
                "Put on my list: " + task + ", " + topic + ", " + day.words + " at " + time.words)
            : random.nextInt(3) == 0
            ? pick(
                capital(day.words) + " at " + time.words + " I must " + task + " " + about,
                "I must not forget to " + task + " " + about + " " + day.words + " at " + time.words,
                "Reminder: " + task + " " + about + ", " + day.words + " " + time.words,
                "At " + time.words + " " + day.words + ", remind me to " + task + " " + about,
                "Ping me " + day.words + " at " + time.words + " to " + task + " " + about,
                "Can you make sure I " + task + " " + about + " " + day.words + " at " + time.words + "?",
                "Tell me " + day.words + " at " + time.words + " that I have to " + task + " " + about)
            : phrase(
                pick("Remind me to ", "Do not let me forget to ", "Please remind me to ", "I have to ",
                    "Note that I must ", "Set a reminder to ", "I want to ", "Help me remember to ",
                    "Don't let me forget to ", "Could you remind me to ", "I need to ", "I should ",
                    "Make a note to ", "Add a reminder to ", "Can you remind me to ", "Remember that I have to ")
                    + task,
                about,
                day.words,
                "at " + time.words);
    return finish(
        "reminder",
        text,
        "do", quote(verb), "who", quote(who), "topic", quote(topic), "day", quote(day.value),
        "time", quote(time.value));
  }

  /** Whether a request is put as people talk; the held-out rows have none of these. */
  private boolean spoken() {
    return !heldOut && random.nextInt(5) < 2;
  }

  /** Whether a request is put together from {@link Part}s; the held-out rows have none of these either. */
  private boolean assembled() {
    return !heldOut && random.nextInt(10) < 4;
  }

  /** Ways to say one thing: within a sentence, or in a sentence of its own. */
  private record Part(List<String> phrases, List<String> sentences) {}

  private static final List<String> REMARKS =
      List.of(
          "I'm starving", "Sorry for the late notice", "It's a birthday", "We can't wait", "That would be great",
          "Long time no see", "It was a hard day", "I hope that works", "Nothing else for now", "My boss says hello",
          "The weather is awful", "I will be quick", "I'm in a hurry", "It's been ages", "Call me if there is a problem",
          "We're celebrating", "Don't be late this time", "It's urgent", "I love your service", "Same as always",
          "My phone is nearly dead", "No rush", "I tried to reach you before", "You know me", "Good to have you",
          "My sister told me about you", "The kids are so excited", "This is important", "I hope you are well",
          "Everyone is tired here", "What a day", "Let me know");

  /** One main sentence that takes some of the parts; the others stand in sentences before or after it. */
  private String compose(String opening, Part... parts) {
    List<Part> order = new ArrayList<>(Arrays.asList(parts));
    Collections.shuffle(order, random);
    int within = random.nextInt(order.size() + 1);
    StringBuilder main = new StringBuilder(opening);
    boolean commas = random.nextInt(5) == 0;
    order.subList(0, within).forEach(part -> main.append(commas ? ", " : " ").append(pick(part.phrases)));
    List<String> sentences = new ArrayList<>();
    sentences.add(main.toString());
    for (Part part : order.subList(within, order.size())) {
      sentences.add(random.nextInt(3) == 0 ? 0 : sentences.size(), capital(pick(part.sentences)));
    }
    if (random.nextInt(3) == 0) {
      sentences.add(random.nextBoolean() ? 0 : sentences.size(), pick(REMARKS));
    }
    StringBuilder text = new StringBuilder(sentences.get(0));
    for (String sentence : sentences.subList(1, sentences.size())) {
      String before = text.toString();
      String joint =
          opens(before) ? "? " : pick(". ", ". ", ". ", ", ", ", ", "! ", "; ", " - ", ", and ", ", so ", "\n");
      boolean begins = joint.matches("[?.!] |\n");
      text.append(joint).append(begins ? sentence : careful(sentence));
    }
    return text.toString();
  }

  private static boolean opens(String sentence) {
    return sentence.substring(sentence.lastIndexOf(". ") + 1).strip().matches("(Can|Could|Would|May|Is|How|Do) .*");
  }

  /** A sentence after a comma: its first word in small letters where it is one of the language's own. */
  private static String careful(String sentence) {
    return sentence.matches(
            "(The|We|We're|We'd|We'll|It|It's|There|That|Just|Make|When|My|Use|Write|Put|Drop|You'll|Come|They're|Ask|Ring|Give|"
                + "This|Invite|Tell|Two|Length|Do|Departure|By|Please|Could|Can|Let|Get|Find|Name|Restaurant|On|For|Sorry|Long|"
                + "Nothing|Don't|Same|No|You|Good|Everyone|What|Call) .*")
        ? sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1)
        : sentence;
  }

  /** An opening and the phrases in a random order, now and then with commas between. */
  private String phrase(String opening, String... phrases) {
    List<String> order = new ArrayList<>(Arrays.asList(phrases));
    if (random.nextInt(3) > 0) {
      Collections.shuffle(order, random);
    }
    StringBuilder text = new StringBuilder(opening);
    boolean commas = random.nextInt(4) == 0;
    order.forEach(part -> text.append(commas && random.nextInt(3) == 0 ? ", " : " ").append(part));
    boolean question = opening.matches("(Can|Could|Would) .*");
    return text.append(question && random.nextInt(4) > 0 ? "?" : "").toString();
  }

  /** Greetings, thanks, punctuation, and the carelessness of people who type. */
  private Request finish(String intent, String sentence, String... fields) {
    String text = sentence.replaceAll(" +", " ").strip();
    text = capital(text);
    if (random.nextInt(7) == 0) {
      String greeting = pick("Hi, ", "Hello, ", "Hey, ", "Hi! ", "Hello! ", "Good morning, ", "Good evening. ",
          "Hey there, ", "Please, ", "Ok, ", "So, ", "Dear team, ");
      boolean sentenceBegins = greeting.matches(".*[!.] ");
      boolean lower = !sentenceBegins && text.matches("(Book|Reserve|Could|We|Please|Can|Make|Get|Find|Would|Save|"
          + "Arrange|Send|Deliver|Order|Bring|Have|Ship|Set|Plan|Put|Schedule|Add|Organise|Fix|Buy|Do|Note|Help|"
          + "Remember|Remind|Is|Table|My|Let|Block|Reminder|Tell|Ping) .*");
      text = greeting + (lower ? text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1) : text);
    }
    boolean ended = text.endsWith("?");
    if (random.nextInt(9) == 0) {
      text += ended ? pick(" Thanks.", " Thank you!", " Thanks a lot") : pick(", please.", " please", ", thanks.", ". Thanks!", ". Thank you.", ", thank you");
    } else if (!ended) {
      text += random.nextInt(5) == 0 ? "" : random.nextInt(15) == 0 ? "!" : ".";
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      values.put(fields[i], fields[i + 1]);
    }
    if (!heldOut && random.nextInt(12) == 0) { // typed without capitals: values are copied as they are
      text = text.toLowerCase(Locale.ROOT);
      for (String key : List.of("place", "name", "address", "with", "who", "from", "to", "topic", "item")) {
        values.computeIfPresent(key, (k, value) -> value.toLowerCase(Locale.ROOT));
      }
    }
    return new Request(intent, text, values);
  }

  // ------------------------------------------------------------- the text that teaches to copy

  private String document() {
    int kind = random.nextInt(100);
    if (kind < 16) {
      return repeats();
    } else if (kind < 30) {
      return recordTwice();
    } else if (kind < 42) {
      return questions();
    } else if (kind < 92) {
      return extraction();
    }
    return lookup();
  }

  /** Anything that has to be copied letter by letter. */
  private String thing() {
    return switch (random.nextInt(12)) {
      case 0 -> name();
      case 1 -> place();
      case 2 -> address();
      case 3 -> city();
      case 4 -> topic();
      case 5 -> item()[0];
      case 6 -> "" + random.nextInt(100_000);
      case 7 -> inventedWord() + " " + inventedWord();
      case 8 -> letters();
      default -> random.nextBoolean() ? inventedWord() : capital(inventedWord());
    };
  }

  private String letters() {
    StringBuilder text = new StringBuilder();
    int length = 2 + random.nextInt(8);
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return random.nextBoolean() ? capital(text.toString()) : text.toString();
  }

  private String repeats() {
    List<String> things = new ArrayList<>();
    int n = 1 + random.nextInt(6);
    for (int i = 0; i < n; i++) {
      things.add(thing());
    }
    String list = String.join(pick(", ", "; ", " | ", "\n"), things);
    String json = "[" + String.join(",", things.stream().map(MakeOrders::quote).toList()) + "]";
    return switch (random.nextInt(4)) {
      case 0 -> chat(pick("Repeat: ", "Say it again: ", "Copy this: ", "Echo: ") + list, list);
      case 1 -> chat(pick("As a JSON list: ", "Write as a list: ", "In quotes: ") + list, json);
      case 2 -> chat(list + pick(" Again?", "\nOnce more.", "\nTwice."), list);
      default -> chat(pick("One a line: ", "Without quotes: ") + json, String.join("\n", things));
    };
  }

  private static final List<String> KEYS =
      words("name place street city dish topic code owner guest title label item word note tag key from to with");

  private Map<String, String> record(int n) {
    Map<String, String> record = new LinkedHashMap<>();
    while (record.size() < n) {
      record.put(random.nextInt(5) == 0 ? inventedWord() : pick(KEYS), thing());
    }
    return record;
  }

  private String recordTwice() {
    Map<String, String> record = record(2 + random.nextInt(5));
    List<String> keys = new ArrayList<>(record.keySet());
    String first = notation(random.nextInt(5), keys, record);
    if (random.nextBoolean()) {
      Collections.shuffle(keys, random);
    }
    String second = notation(random.nextInt(5), keys, record);
    return chat(first, second);
  }

  private static String notation(int kind, List<String> keys, Map<String, String> record) {
    List<String> parts = new ArrayList<>();
    for (String key : keys) {
      String value = record.get(key);
      parts.add(
          switch (kind) {
            case 0 -> "\"" + key + "\":" + quote(value);
            case 1 -> key + ": " + value;
            case 2 -> key + " = " + value;
            case 3 -> "the " + key + " is " + value;
            default -> "<" + key + ">" + value + "</" + key + ">";
          });
    }
    return switch (kind) {
      case 0 -> "{" + String.join(",", parts) + "}";
      case 1 -> String.join("\n", parts);
      case 2 -> String.join("; ", parts);
      case 3 -> String.join(", ", parts) + ".";
      default -> String.join("", parts);
    };
  }

  private String lookup() {
    Map<String, String> record = new LinkedHashMap<>();
    int n = 2 + random.nextInt(5);
    for (int i = 0; i < n; i++) {
      record.put(thing(), thing());
    }
    StringBuilder text = new StringBuilder();
    record.forEach((key, value) -> text.append(key).append(" -> ").append(value).append('\n'));
    List<String> keys = new ArrayList<>(record.keySet());
    Collections.shuffle(keys, random);
    List<String> turns = new ArrayList<>();
    keys.forEach(key -> turns.addAll(List.of(key + "?", record.get(key))));
    turns.set(0, text + turns.get(0));
    return chat(turns.toArray(String[]::new));
  }

  /** A request, then questions about its parts. */
  private String questions() {
    Request request = request();
    List<String> keys = new ArrayList<>(request.fields.keySet());
    Collections.shuffle(keys, random);
    List<String> turns = new ArrayList<>();
    for (String key : keys.subList(0, 1 + random.nextInt(keys.size()))) {
      turns.add(pick("What is the " + key + "?", capital(key) + "?", "Which " + key + "?", key));
      String value = request.plain(key);
      turns.add(value.equals("null") ? "It is not said." : pick(value, "\"" + value + "\"", value + "."));
    }
    turns.set(0, request.text + " " + turns.get(0));
    return chat(turns.toArray(String[]::new));
  }

  /** A request and its parts in notations other than that of the task. */
  private String extraction() {
    Request request = request();
    Map<String, String> plain = new LinkedHashMap<>();
    request.fields.keySet().forEach(key -> plain.put(key, request.plain(key).replace("null", "none")));
    List<String> keys = new ArrayList<>(plain.keySet());
    if (random.nextBoolean()) {
      Collections.shuffle(keys, random);
    }
    int kind = random.nextInt(5);
    String parts = notation(kind, keys, plain);
    return chat(request.text, pick(request.intent + "\n", "This is a " + request.intent + ". ", "") + parts);
  }

  /** A conversation that the user begins. */
  private static String chat(String... turns) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      messages.add(
          "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":" + quote(turns[i].strip()) + "}");
    }
    return "{\"messages\":[" + String.join(",", messages) + "]}";
  }

  // -------------------------------------------------------------------------------------- tools

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private Said pickSaid(Said... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  private static List<String> lines(String text) {
    return Arrays.stream(text.strip().split(";")).map(part -> part.strip().replaceAll("\\s+", " ")).toList();
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static void write(Path file, Iterable<String> rows) throws IOException {
    Files.writeString(file, String.join("\n", rows) + "\n");
  }
}
