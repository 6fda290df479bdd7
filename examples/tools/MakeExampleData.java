import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Writes the example data sets, always the same bytes: run {@code java MakeExampleData.java [data
 * folder]} (default {@code examples/data}).
 *
 * <ul>
 *   <li>{@code pretrain.jsonl}: {"text": ...}, short English documents for training the small model
 *       from nothing: scenes, questions and answers, lists, records and conversations.
 *   <li>{@code requests.jsonl}: {"messages": [...]}, requests in plain words and JSON objects, of a
 *       closed vocabulary: with the pre-training text it decides which words the tokenizer has. The
 *       rows of the main example are written by MakeOrders.
 *   <li>{@code alpaca-sample.jsonl}: {"instruction", "input", "output"}, a few rows in that shape.
 * </ul>
 *
 * <p>Every word list and sentence pattern below was written for this project.
 */
public final class MakeExampleData {
  private static final int PRETRAIN_BYTES = 3_600_000;
  private static final int TRAIN_ROWS = 2_400;
  private static final int TEST_ROWS = 150;
  private static final int ALPACA_ROWS = 60;

  private static final String[] NAMES =
      words(
          """
          Anna Ben Clara David Elena Felix Grace Hugo Ines Jonas Karin Leo Maria Nils Olga Paul
          Rosa Simon Tara Victor Wanda Yusuf Zoe Adam Bella Carl Dora Emil Fiona George Hanna Ivan
          Julia Kevin Laura Marco Nora Oscar Petra Robin Sara Tom Ulla Vera Walter Nadia Omar Priya
          Ravi Sofia Tariq Uma Vikram Mei Kenji Aiko Lin Chen Amara Kofi Zainab Samir Leila Dario
          Bruno Celia Diego Esther Frida Gustav Helen Isaac Jana Kurt Lydia Martin Nina Otto Pia
          Quentin Ruth Stefan Thea Urs Viola Wendy Xavier Yara Zeno Alma Boris Carmen Dennis Eva
          Frank Gina Henry Irma Jack Kira Lucas Mona Noah Opal Peter Rita Sven Tina Vince Willa
          """);
  private static final String[] SYLLABLES =
      words(
          """
          ba be bo da de di do fa fe ga go ha he jo ka ke ki ko la le li lo lu ma me mi mo na ne ni
          no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa ya yo za ze bor dan el fin gar
          hal ir jen kal lan mar nor or pen ros san tor ul van win yar zan
          """);
  private static final String[] CITIES =
      words(
          """
          Porto Vienna Lisbon Berlin Oslo Madrid Rome Paris London Dublin Prague Warsaw Athens
          Geneva Zurich Basel Munich Hamburg Milan Turin Naples Seville Valencia Lyon Nice Ghent
          Antwerp Utrecht Bergen Malmo Turku Riga Vilnius Krakow Bratislava Graz Salzburg Split
          Sofia Plovdiv Izmir Cairo Tunis Lagos Accra Nairobi Delhi Mumbai Osaka Kyoto Seoul Lima
          """);
  private static final String[] PLACES =
      lines(
          """
          Luigi's; The Blue Door; Casa Verde; Green Garden; The Old Mill; Marta's Kitchen; Sakura;
          The Golden Fork; Bella Vista; River House; Taj Palace; The Corner Grill; Le Jardin;
          Nonna's; The Red Lion; Spice Market; Harbor View; Pasta Point; The Silver Spoon;
          El Toro; Lotus Garden; The Lemon Tree; Fisher's Wharf; Cafe Mozart; The Green Olive;
          Mama Rosa; The White Horse; Sunset Terrace; Dragon House; Olive Branch; The Black Swan;
          Oak Room; Blue Lagoon; The Copper Pot; Villa Nova; The Garden Gate; Moon Palace;
          Zum Anker; The Rose Room; Bistro Central
          """);
  private static final String[] STREETS =
      words(
          """
          Oak Elm Maple Cedar Pine Birch River Lake Hill Park Church Mill Station Market Bridge
          Garden King Queen Castle Harbor Rose Lily Meadow Forest Spring Winter Summer North South
          West East Chapel School Orchard Willow Stone Silver Golden
          """);
  private static final String[] STREET_KINDS = words("Street Road Lane Avenue");
  // singular/plural
  private static final String[] ITEMS =
      words(
          """
          pizza/pizzas burger/burgers salad/salads soup/soups coffee/coffees tea/teas cake/cakes
          pie/pies sandwich/sandwiches wrap/wraps taco/tacos burrito/burritos curry/curries
          bagel/bagels muffin/muffins juice/juices smoothie/smoothies lemonade/lemonades
          waffle/waffles pancake/pancakes omelette/omelettes kebab/kebabs noodle/noodles
          dumpling/dumplings lasagna/lasagnas quiche/quiches falafel/falafels toast/toasts
          cookie/cookies milkshake/milkshakes
          """);
  private static final String[] SINGULARS =
      Arrays.stream(ITEMS).map(item -> item.split("/")[0]).toArray(String[]::new);
  private static final String[] SIZES = words("small medium large");
  private static final String[] TOPICS =
      lines(
          """
          budget; contract; new website; sales plan; hiring; garden party; school trip; roof repair;
          marketing; travel plan; annual report; product launch; office move; training; insurance;
          summer fair; tax return; road works; book club; design; security; heating; new kitchen;
          customer survey; price list; photo show; concert; water bill; team lunch; safety rules
          """);
  private static final String[] DAYS =
      words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");
  private static final String[] VERBS = words("call visit email thank pay invite");
  private static final String[] MODES = words("train bus boat plane");
  private static final String[] CLASSES = words("first second");
  private static final String[] MINUTES = words("15 20 30 40 45 60 90");
  private static final String[] NUMBERS =
      words("zero one two three four five six seven eight nine ten eleven twelve");
  private static final String[] ANIMALS =
      words("dog cat horse rabbit parrot goat hen duck sheep donkey");
  private static final String[] JOBS =
      words(
          """
          baker teacher driver nurse farmer painter singer lawyer doctor waiter builder writer
          gardener tailor pilot cook dentist plumber
          """);
  private static final String[] COLORS =
      words("red blue green yellow black white brown grey orange purple");
  private static final String[] THINGS =
      words(
          """
          bag lamp chair clock book coat umbrella basket bottle letter key hat scarf guitar camera
          bicycle table mirror kettle carpet ladder suitcase
          """);
  private static final String[] FRUIT =
      words("apple pear plum cherry lemon banana grape peach melon fig mango lime");
  private static final String[] WEATHER =
      words("sunny rainy windy cloudy foggy cold warm snowy stormy dry");

  private final Random random;

  private MakeExampleData(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : "examples/data");
    Files.createDirectories(folder);

    Set<String> test = new LinkedHashSet<>();
    List<String> testRows = new ArrayList<>();
    MakeExampleData held = new MakeExampleData(2);
    while (testRows.size() < TEST_ROWS) {
      Request request = held.request(testRows.size() % 2 == 0 ? Shapes.HELD_OUT : Shapes.KNOWN);
      if (test.add(request.text)) {
        testRows.add(chatRow(request.text, request.json()));
      }
    }

    Set<String> seen = new HashSet<>(test);
    List<String> trainRows = new ArrayList<>();
    MakeExampleData train = new MakeExampleData(1);
    while (trainRows.size() < TRAIN_ROWS) {
      Request request = train.request(Shapes.KNOWN);
      if (seen.add(request.text)) {
        trainRows.add(chatRow(request.text, request.json()));
      }
    }

    List<String> corpus = new ArrayList<>();
    Set<String> documents = new HashSet<>();
    MakeExampleData pretrain = new MakeExampleData(3);
    for (long bytes = 0; bytes < PRETRAIN_BYTES; ) {
      String document = pretrain.document();
      if (!holds(test, document) && documents.add(document)) {
        String row = "{\"text\":" + quote(document) + "}";
        corpus.add(row);
        bytes += row.getBytes(StandardCharsets.UTF_8).length + 1;
      }
    }

    List<String> alpaca = new ArrayList<>();
    MakeExampleData sample = new MakeExampleData(4);
    for (int i = 0; i < ALPACA_ROWS; i++) {
      alpaca.add(sample.alpacaRow());
    }

    require(Collections.disjoint(testRows, trainRows), "a test row is also a training row");
    for (String document : documents) {
      require(!document.contains("{\"intent\":"), "the task's format is in the pre-training text");
      require(!holds(test, document), "a test request is in the pre-training text: " + document);
    }
    write(folder.resolve("requests.jsonl"), trainRows);
    write(folder.resolve("pretrain.jsonl"), corpus);
    write(folder.resolve("alpaca-sample.jsonl"), alpaca);
  }

  private static boolean holds(Set<String> requests, String document) {
    return requests.stream().anyMatch(document::contains);
  }

  // ------------------------------------------------------------------------------- the task

  /** Which combinations of opening and order of phrases a request may have. */
  private enum Shapes {
    KNOWN,
    HELD_OUT;

    /** One pair of opening and order in eight is kept for the test file. */
    boolean allow(int opening, List<Integer> order) {
      return (this == HELD_OUT) == (Math.floorMod(opening * 31 + order.hashCode(), 8) == 0);
    }
  }

  /** A request, the fields to be read from it in their order, and a plain-words confirmation. */
  private record Request(
      String intent, String text, Map<String, String> fields, String confirmation) {
    /** The answer: values are JSON already. */
    String json() {
      StringBuilder json = new StringBuilder("{\"intent\":\"" + intent + "\"");
      fields.forEach((key, value) -> json.append(",\"").append(key).append("\":").append(value));
      return json.append('}').toString();
    }

    /** A field as words, without the quotes. */
    String word(String key) {
      return fields.get(key).replace("\"", "");
    }
  }

  private Request request(Shapes shapes) {
    return switch (random.nextInt(5)) {
      case 0 -> reservation(shapes);
      case 1 -> order(shapes);
      case 2 -> meeting(shapes);
      case 3 -> ticket(shapes);
      default -> reminder(shapes);
    };
  }

  private Request reservation(Shapes shapes) {
    int people = 2 + random.nextInt(11);
    String place = pick(PLACES);
    String day = pick(DAYS);
    Time time = time();
    String name = name();
    String text =
        phrase(
            shapes,
            choices(
                "Book a table; Reserve a table; I would like a table; Could you book us a table;"
                    + " We need a table; Please hold a table; Can I get a table;"
                    + " Please reserve a table"),
            pick("for # people", "for #", "for a party of #").replace("#", count(people)),
            "at " + place,
            pick("on ", "this ", "next ") + day,
            "at " + time.spoken,
            pick("under ", "under the name ", "in the name of ") + name);
    return new Request(
        "reservation",
        text,
        fields(
            "place", quote(place),
            "people", "" + people,
            "day", quote(day),
            "time", quote(time.clock),
            "name", quote(name)),
        pick("Of course. ", "Done. ", "Sure. ")
            + pick(
                "A table for " + people + " at " + place + ", " + day + " " + time.clock + ", name "
                    + name + ".",
                name + " has a table at " + place + " for " + people + " on " + day + " at "
                    + time.clock + "."));
  }

  private Request order(Shapes shapes) {
    int count = 1 + random.nextInt(12);
    String[] item = pick(ITEMS).split("/");
    boolean sized = random.nextInt(4) > 0;
    String size = pick(SIZES);
    String address =
        (1 + random.nextInt(99)) + " " + pick(STREETS) + " " + pick(STREET_KINDS);
    String name = name();
    String goods = count(count) + " " + (sized ? size + " " : "") + (count == 1 ? item[0] : item[1]);
    String text =
        phrase(
            shapes,
            choices(
                "Send #; Deliver #; Please bring #; I want to order #; Can you deliver #;"
                    + " We would like #; Please send #; I need #"),
            "to " + address,
            pick("for ", "and ask for ", "with the name ") + name);
    return new Request(
        "order",
        text.replace("#", goods),
        fields(
            "item", quote(item[0]),
            "size", sized ? quote(size) : "null",
            "count", "" + count,
            "address", quote(address),
            "name", quote(name)),
        pick("On its way: ", "Thank you. ", "Noted. ")
            + pick(
                count + " x " + (sized ? size + " " : "") + item[0] + " for " + name + ", "
                    + address + ".",
                name + " at " + address + " gets " + count + " " + (sized ? size + " " : "")
                    + (count == 1 ? item[0] : item[1]) + "."));
  }

  private Request meeting(Shapes shapes) {
    String with = name();
    String topic = pick(TOPICS);
    String day = pick(DAYS);
    Time time = time();
    String minutes = pick(MINUTES);
    String text =
        phrase(
            shapes,
            choices(
                "Set up a meeting; Plan a meeting; Please arrange a meeting; I need a meeting;"
                    + " Can you schedule a meeting; Put a meeting in my calendar; Schedule a meeting;"
                    + " Add a meeting"),
            "with " + with,
            pick("about the ", "on the topic of the ", "to talk about the ") + topic,
            pick("on ", "this ", "next ") + day,
            "at " + time.spoken,
            "for " + minutes + " minutes");
    return new Request(
        "meeting",
        text,
        fields(
            "with", quote(with),
            "topic", quote(topic),
            "day", quote(day),
            "time", quote(time.clock),
            "minutes", minutes),
        pick("Done. ", "Your calendar says: ", "Good. ")
            + pick(
                day + " " + time.clock + ", " + with + ", " + topic + ", " + minutes + " minutes.",
                "You meet " + with + " on " + day + " at " + time.clock + " for " + minutes
                    + " minutes about the " + topic + "."));
  }

  private Request ticket(Shapes shapes) {
    int count = 1 + random.nextInt(9);
    String from = pick(CITIES);
    String to = other(CITIES, from);
    String mode = pick(MODES);
    String seat = pick(CLASSES);
    String day = pick(DAYS);
    String goods = count(count) + " " + seat + " class ticket" + (count == 1 ? "" : "s");
    String text =
        phrase(
            shapes,
            choices(
                "Buy #; Please get me #; I need #; Can you buy #; We want #; Please book #;"
                    + " Get us #; I would like #"),
            pick("from ", "leaving from ") + from,
            pick("to ", "going to ") + to,
            "by " + mode,
            pick("on ", "this ", "next ") + day);
    return new Request(
        "ticket",
        text.replace("#", goods),
        fields(
            "from", quote(from),
            "to", quote(to),
            "by", quote(mode),
            "class", quote(seat),
            "count", "" + count,
            "day", quote(day)),
        pick("Booked. ", "Here you are: ", "Certainly. ")
            + pick(
                from + " - " + to + ", " + mode + ", " + day + ", " + count + " x " + seat
                    + " class.",
                "On " + day + " the " + mode + " takes you from " + from + " to " + to + ", "
                    + seat + " class, " + count + (count == 1 ? " seat." : " seats.")));
  }

  private Request reminder(Shapes shapes) {
    String verb = pick(VERBS);
    String who = name();
    String topic = pick(TOPICS);
    String day = pick(DAYS);
    Time time = time();
    String text =
        phrase(
            shapes,
            choices(
                "Remind me to #; Do not let me forget to #; Please remind me to #; I have to #;"
                    + " Note that I must #; Set a reminder to #; I want to #; Help me remember to #"),
            "about the " + topic,
            pick("on ", "this ", "next ") + day,
            "at " + time.spoken);
    return new Request(
        "reminder",
        text.replace("#", verb + " " + who),
        fields(
            "do", quote(verb),
            "who", quote(who),
            "topic", quote(topic),
            "day", quote(day),
            "time", quote(time.clock)),
        pick("I will remind you. ", "Fine. ", "All right. ")
            + pick(
                day + " " + time.clock + ": " + verb + " " + who + ", " + topic + ".",
                "You will " + verb + " " + who + " about the " + topic + " on " + day + " at "
                    + time.clock + "."));
  }

  /** An opening and the phrases in a random order that {@code shapes} allows, as a sentence. */
  private String phrase(Shapes shapes, String[] openings, String... phrases) {
    while (true) {
      int opening = random.nextInt(openings.length);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < phrases.length; i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);
      if (!shapes.allow(opening, order)) {
        continue;
      }
      StringBuilder text = new StringBuilder(openings[opening]);
      order.forEach(i -> text.append(' ').append(phrases[i]));
      boolean question = openings[opening].startsWith("C") && openings[opening].contains(" you ");
      return text.append(question || openings[opening].startsWith("Can I") ? '?' : '.').toString();
    }
  }

  private record Time(String spoken, String clock) {}

  private Time time() {
    int hour = 7 + random.nextInt(15);
    int minute = random.nextInt(2) == 0 ? 0 : 15 * random.nextInt(4);
    String clock = "%02d:%02d".formatted(hour, minute);
    if (random.nextInt(4) == 0) {
      return new Time(clock, clock);
    }
    if (hour == 12 && minute == 0 && random.nextBoolean()) {
      return new Time("noon", clock);
    }
    String twelve = "" + (hour > 12 ? hour - 12 : hour);
    String minutes = minute == 0 ? "" : ":%02d".formatted(minute);
    return new Time(twelve + minutes + (hour < 12 ? " am" : " pm"), clock);
  }

  /** A small number in words, or now and then in digits. */
  private String count(int n) {
    return random.nextInt(3) == 0 ? "" + n : NUMBERS[n];
  }

  // -------------------------------------------------------------- the text for pre-training

  private String document() {
    int kind = random.nextInt(100);
    if (kind < 20) {
      Request request = request(Shapes.KNOWN);
      return chat(request.text, request.confirmation);
    } else if (kind < 38) {
      return askField();
    } else if (kind < 47) {
      return passageQuestions();
    } else if (kind < 57) {
      return record();
    } else if (kind < 68) {
      return otherJson();
    } else if (kind < 73) {
      return scene();
    } else if (kind < 93) {
      return repeat();
    } else if (kind < 98) {
      return facts();
    }
    return smallTalk();
  }

  /** A request, then questions about its parts. */
  private String askField() {
    Request request = request(Shapes.KNOWN);
    List<String> keys = new ArrayList<>(request.fields.keySet());
    Collections.shuffle(keys, random);
    List<String> turns = new ArrayList<>();
    for (String key : keys.subList(0, 1 + random.nextInt(3))) {
      String value = request.word(key);
      turns.add(
          switch (key) {
            case "place" -> pick("Where is it?", "Which place?", "What is the place?");
            case "people" -> pick("How many people?", "For how many?");
            case "day" -> pick("Which day?", "What is the day?");
            case "time" -> pick("What time?", "What is the time?", "When exactly?");
            case "name" -> pick("Which name?", "What is the name?");
            case "item" -> pick("Which item?", "What is the item?");
            case "size" -> pick("Which size?", "What is the size?");
            case "count" -> pick("How many?", "What is the count?");
            case "address" -> pick("Which address?", "What is the address?");
            case "with" -> pick("With whom?", "Who is it with?");
            case "topic" -> pick("About what?", "What is the topic?");
            case "minutes" -> pick("How many minutes?", "How long?");
            case "from" -> pick("From where?", "Where does it start?");
            case "to" -> pick("To where?", "Where does it end?");
            case "by" -> pick("By what?", "How do we travel?");
            case "class" -> pick("Which class?", "What is the class?");
            case "do" -> pick("Do what?", "What is there to do?");
            case "who" -> pick("Who is it?", "Who?");
            default -> throw new IllegalStateException(key);
          });
      turns.add(value.equals("null") ? "The " + key + " is not given." : answer(key, value));
    }
    turns.set(0, request.text + " " + turns.get(0));
    return chat(turns.toArray(String[]::new));
  }

  private String answer(String key, String value) {
    return pick(
        value + ".",
        "The answer is \"" + value + "\".",
        key + ": " + value,
        "It says \"" + value + "\".",
        "\"" + value + "\"");
  }

  private String passageQuestions() {
    String name = name();
    String friend = otherName(name);
    String city = pick(CITIES);
    String job = pick(JOBS);
    String animal = pick(ANIMALS);
    String color = pick(COLORS);
    String thing = pick(THINGS);
    int age = 18 + random.nextInt(60);
    int price = 2 + random.nextInt(90);
    int animals = 2 + random.nextInt(10);
    String[][] facts = {
      {name + " lives in " + city + ".", "Where does " + name + " live?", city},
      {name + " is a " + job + ".", "What is the job of " + name + "?", job},
      {
        name + " has " + count(animals) + " " + plural(animal) + ".",
        "How many " + plural(animal) + " does " + name + " have?",
        "" + animals
      },
      {
        name + " bought a " + color + " " + thing + " for " + price + " euros.",
        pick("What color is the " + thing + "?", "Which color?"),
        color
      },
      {
        pick("The price of the tickets is ", "Two tickets cost ") + price + " euros.",
        "What is the price?",
        price + " euros"
      },
      {name + " is " + age + " years old.", "How old is " + name + "?", "" + age},
      {
        pick("The best friend of " + name + " is " + friend + ".",
            name + " often meets " + friend + "."),
        "Who is the friend of " + name + "?",
        friend
      },
      {
        name + " forgot the " + thing + " at " + pick(PLACES) + ".",
        "What did " + name + " forget?",
        "the " + thing
      },
    };
    List<Integer> order = shuffled(facts.length).subList(0, 3 + random.nextInt(3));
    StringBuilder passage = new StringBuilder();
    order.forEach(i -> passage.append(facts[i][0]).append(' '));
    List<Integer> asked = new ArrayList<>(order);
    Collections.shuffle(asked, random);
    if (random.nextBoolean()) {
      String[] first = facts[asked.get(0)];
      String[] second = facts[asked.get(1)];
      return chat(passage + first[1], reply(first[2]), second[1], reply(second[2]));
    }
    StringBuilder text = new StringBuilder(passage.toString().trim());
    asked.forEach(
        i -> text.append("\nQuestion: ").append(facts[i][1]).append("\nAnswer: ").append(facts[i][2]));
    return text.toString();
  }

  private String reply(String answer) {
    return pick(answer + ".", "\"" + answer + "\"", "Answer: " + answer, "It is " + answer + ".");
  }

  /** Key and value lines, then a few of them again in another notation. */
  private String record() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : someKeys(3 + random.nextInt(5))) {
      values.put(key, value(key));
    }
    String separator = pick(": ", "=", " - ", ": ");
    String title = pick("Card", "Note", "List", "Form", "Page") + " " + (1 + random.nextInt(99));
    StringBuilder text = new StringBuilder(title);
    values.forEach((k, v) -> text.append('\n').append(k).append(separator).append(v));
    List<String> keys = new ArrayList<>(values.keySet());
    Collections.shuffle(keys, random);
    int shape = random.nextInt(4);
    text.append(pick("\nAgain:", "\nThe same:", "\nCopy:"));
    for (String key : keys) {
      String value = values.get(key);
      text.append(
          switch (shape) {
            case 0 -> " " + key + "=\"" + value + "\"";
            case 1 -> " the " + key + " is " + value + ".";
            case 2 -> "\n\"" + key + "\":\"" + value + "\"";
            default -> " [" + key + ": " + value + "]";
          });
    }
    return text.toString();
  }

  private List<String> someKeys(int n) {
    List<String> keys =
        new ArrayList<>(
            List.of(
                "place", "people", "day", "time", "name", "item", "size", "count", "address",
                "with", "topic", "minutes", "from", "to", "by", "class", "do", "who", "color",
                "job", "age", "price", "animal", "city", "fruit", "weather", "intent"));
    Collections.shuffle(keys, random);
    return keys.subList(0, n);
  }

  private String value(String key) {
    return switch (key) {
      case "place" -> pick(PLACES);
      case "people", "count" -> "" + (1 + random.nextInt(12));
      case "day" -> pick(DAYS);
      case "time" -> time().clock;
      case "name", "with", "who" -> name();
      case "item" -> pick(ITEMS).split("/")[0];
      case "size" -> random.nextInt(4) == 0 ? "null" : pick(SIZES);
      case "address" -> random.nextInt(99) + 1 + " " + pick(STREETS) + " " + pick(STREET_KINDS);
      case "topic" -> pick(TOPICS);
      case "minutes" -> pick(MINUTES);
      case "from", "to", "city" -> pick(CITIES);
      case "by" -> pick(MODES);
      case "class" -> pick(CLASSES);
      case "do" -> pick(VERBS);
      case "color" -> pick(COLORS);
      case "job" -> pick(JOBS);
      case "age" -> "" + (18 + random.nextInt(70));
      case "price" -> "" + (1 + random.nextInt(99));
      case "animal" -> pick(ANIMALS);
      case "fruit" -> pick(FRUIT);
      case "weather" -> pick(WEATHER);
      case "intent" -> pick("reservation", "order", "meeting", "ticket", "reminder");
      default -> throw new IllegalStateException(key);
    };
  }

  /** Sentences and JSON of other kinds than the task's: people, goods, weather, lists. */
  private String otherJson() {
    String name = name();
    String city = pick(CITIES);
    int number = 2 + random.nextInt(11);
    int price = 1 + random.nextInt(99);
    String[] pair =
        switch (random.nextInt(6)) {
          case 0 -> {
            String job = pick(JOBS);
            yield new String[] {
              name + " from " + city + " is a " + job + " and has " + count(number) + " "
                  + plural("dog") + ".",
              "{\"person\":" + quote(name) + ",\"job\":" + quote(job) + ",\"city\":" + quote(city)
                  + ",\"dogs\":" + number + "}"
            };
          }
          case 1 -> {
            String thing = pick(THINGS);
            String color = pick(COLORS);
            yield new String[] {
              "The " + color + " " + thing + " of " + name + " costs " + price + " euros.",
              "{\"thing\":{\"kind\":" + quote(thing) + ",\"color\":" + quote(color)
                  + "},\"owner\":" + quote(name) + ",\"price\":" + price + "}"
            };
          }
          case 2 -> {
            String day = pick(DAYS);
            String weather = pick(WEATHER);
            yield new String[] {
              pick("On " + day + " it was " + weather + " in " + city + ".",
                  "It was " + weather + " in " + city + " last " + day + "."),
              "{\"weather\":" + quote(weather) + ",\"day\":" + quote(day) + ",\"city\":"
                  + quote(city) + "}"
            };
          }
          case 3 -> {
            String friend = otherName(name);
            String third = name();
            yield new String[] {
              name + ", " + friend + " and " + third + " went to " + city + " at " + price + " am.",
              "[" + quote(name) + "," + quote(friend) + "," + quote(third) + "]"
            };
          }
          case 4 -> {
            String place = pick(PLACES);
            Time time = time();
            yield new String[] {
              place + " opens at " + time.spoken + " and has " + count(number) + " rooms.",
              "{\"rooms\":" + number + ",\"opens\":" + quote(time.clock) + ",\"house\":"
                  + quote(place) + "}"
            };
          }
          default -> {
            String first = pick(FRUIT);
            String item = pick(ITEMS).split("/")[0];
            String size = pick(SIZES);
            yield new String[] {
              name + " had a " + size + " " + item + " and " + count(number) + " "
                  + plural(first) + ".",
              "{\"guest\":" + quote(name) + ",\"food\":[" + quote(item) + "," + quote(first)
                  + "],\"portion\":" + quote(size) + ",\"number\":" + number + "}"
            };
          }
        };
    String asked = pick("Write it as JSON: ", "JSON please: ", "Give me JSON. ");
    return random.nextInt(3) > 0
        ? chat(asked + pair[0], pair[1])
        : pair[0] + pick("\nJSON: ", "\nAs data: ", "\n") + pair[1];
  }

  private String scene() {
    String name = name();
    String friend = otherName(name);
    String city = pick(CITIES);
    String thing = pick(THINGS);
    String color = pick(COLORS);
    String day = pick(DAYS);
    String job = pick(JOBS);
    String[] item = pick(ITEMS).split("/");
    String animal = pick(ANIMALS);
    
    String[] sentences = {
      "On " + day + " morning " + name + " took the " + pick(MODES) + " to " + city + ".",
      "It was a " + pick(WEATHER) + " day and the streets of " + city + " were "
          + pick("quiet", "full of people", "wet", "bright") + ".",
      name + " carried a " + color + " " + thing + " and " + count(2 + random.nextInt(9)) + " "
          + plural(pick(FRUIT)) + ".",
      "In front of " + pick(PLACES) + " stood " + friend + ", the " + job + ".",
      "\"Good " + pick("morning", "evening", "day") + ", " + friend + ",\" said " + name + ".",
      "\"Is that your " + thing + "?\" asked " + friend + ".",
      "They ordered " + count(2) + " " + item[1] + " and talked about the " + pick(TOPICS) + ".",
      "At " + time().spoken + " " + name + " went home with the " + thing + ".",
      friend + " paid " + (3 + random.nextInt(60)) + " euros for the " + item[0] + ".",
      "The " + animal + " of " + friend + " slept under the table.",
      name + " gave the " + color + " " + thing + " to " + friend + ".",
      "\"See you on " + day + ",\" said " + friend + " to " + name + ".",
      "The next train to " + city + " leaves at " + time().clock + ".",
      friend + " lives at " + value("address") + " with a " + animal + ".",
    };
    StringBuilder text = new StringBuilder();
    for (int i : shuffled(sentences.length).subList(0, 3 + random.nextInt(4)).stream().sorted().toList()) {
      text.append(text.isEmpty() ? "" : " ").append(sentences[i]);
    }
    return text.toString();
  }

  /** Lists said twice: the plainest kind of copying, and what the attention learns it from. */
  private String repeat() {
    List<String> list = new ArrayList<>();
    int length = 4 + random.nextInt(12);
    String[] source = random.nextInt(3) == 0 ? pickList() : null;
    while (list.size() < length) {
      String entry =
          switch (random.nextInt(6)) {
            case 0 -> "" + random.nextInt(100);
            case 1 -> name();
            default -> pick(source == null ? pickList() : source);
          };
      if (!list.contains(entry)) {
        list.add(entry);
      }
    }
    String plain = String.join(", ", list);
    String quoted = "[\"" + String.join("\",\"", list) + "\"]";
    int at = random.nextInt(list.size() - 1);
    return switch (random.nextInt(6)) {
      case 0 -> chat("Say again: " + plain + ".", plain + ".");
      case 1, 2 -> chat("Quote each one: " + plain + ".", quoted);
      case 3 -> chat(
          plain + ". What comes after " + list.get(at) + "?", "\"" + list.get(at + 1) + "\"");
      case 4 -> plain + "\n" + quoted;
      default -> quoted + "\n" + plain + "\n" + quoted;
    };
  }

  private String[] pickList() {
    return switch (random.nextInt(14)) {
      case 0, 1 -> NAMES;
      case 2, 3 -> CITIES;
      case 4 -> PLACES;
      case 5, 6 -> TOPICS;
      case 7 -> FRUIT;
      case 8 -> STREETS;
      case 9 -> THINGS;
      case 10 -> DAYS;
      case 11 -> VERBS;
      default -> SINGULARS;
    };
  }

  private String facts() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      int n = random.nextInt(11);
      Time time = time();
      int day = random.nextInt(7);
      String[] item = pick(ITEMS).split("/");
      text.append(i == 0 ? "" : " ")
          .append(
              pick(
                  "The number " + NUMBERS[n + 2] + " is " + (n + 2) + ".",
                  n + " is written " + NUMBERS[n] + ".",
                  time.spoken + " is " + time.clock + ".",
                  "The clock shows " + time.clock + " at " + time.spoken + ".",
                  "After " + DAYS[day] + " comes " + DAYS[(day + 1) % 7] + ".",
                  "One " + item[0] + ", two " + item[1] + ".",
                  "For \"" + item[1] + "\" the entry is \"" + item[0] + "\".",
                  count(2 + n) + " " + item[1] + " are " + (2 + n) + " x \"" + item[0] + "\"."));
    }
    return text.toString();
  }

  private String smallTalk() {
    String name = name();
    String city = pick(CITIES);
    return chat(
        pick("Hello", "Good morning", "Hi") + ", my name is " + name + ".",
        pick("Hello ", "Nice to meet you, ", "Welcome, ") + name + ". How can I help?",
        pick("I am new in " + city + ". What can I do here?", "Tell me about " + city + "."),
        pick(
            city + " has a fine market. Take the bus, " + name + ".",
            "In " + city + " the old town is the best place to walk.",
            "I would start at the station of " + city + " and walk to the river."));
  }

  private String alpacaRow() {
    Request request = request(Shapes.KNOWN);
    List<String> keys = new ArrayList<>(request.fields.keySet());
    String key = keys.get(random.nextInt(keys.size()));
    String[] row =
        switch (random.nextInt(3)) {
          case 0 -> new String[] {"Confirm the request.", request.text, request.confirmation};
          case 1 -> new String[] {
            "Name the kind of request: reservation, order, meeting, ticket or reminder.",
            request.text,
            request.intent
          };
          default -> new String[] {
            "What is the " + key + " in this request?", request.text, request.word(key)
          };
        };
    return "{\"instruction\":%s,\"input\":%s,\"output\":%s}"
        .formatted(quote(row[0]), quote(row[1]), quote(row[2]));
  }

  // ----------------------------------------------------------------------------------- tools

  /** Turns as the chat template renders them, without the first and the last special token. */
  private static String chat(String... turns) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < turns.length; i++) {
      text.append(i == 0 ? "" : "<|end|>")
          .append(i % 2 == 0 ? "<|user|>" : "<|assistant|>")
          .append(turns[i]);
    }
    return text.toString();
  }

  private static String chatRow(String user, String assistant) {
    return "{\"messages\":[{\"role\":\"user\",\"content\":%s},{\"role\":\"assistant\",\"content\":%s}]}"
        .formatted(quote(user), quote(assistant));
  }

  private static Map<String, String> fields(String... keysAndValues) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      fields.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return fields;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** A name of the list, or now and then one made up of syllables, so that any name can be read. */
  private String name() {
    if (random.nextInt(8) > 0) {
      return pick(NAMES);
    }
    String name = pick(SYLLABLES) + pick(SYLLABLES) + (random.nextBoolean() ? pick(SYLLABLES) : "");
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private String otherName(String not) {
    String name = name();
    return name.equals(not) ? otherName(not) : name;
  }

  private String other(String[] choices, String not) {
    String choice = pick(choices);
    return choice.equals(not) ? other(choices, not) : choice;
  }

  private List<Integer> shuffled(int n) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    return order;
  }

  private static String plural(String noun) {
    if (noun.equals("sheep")) {
      return noun;
    }
    return noun.matches(".*(ch|sh|s|x)") ? noun + "es"
        : noun.endsWith("rry") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
  }

  private static String[] words(String text) {
    return text.strip().split("\\s+");
  }

  private static String[] lines(String text) {
    return text.strip().split(";\\s+");
  }

  private static String[] choices(String text) {
    return text.split("; ?");
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  private static void write(Path file, List<String> rows) throws IOException {
    Files.writeString(file, String.join("\n", rows) + "\n");
    System.out.printf("%s: %,d rows, %,d bytes%n", file, rows.size(), Files.size(file));
  }
}
