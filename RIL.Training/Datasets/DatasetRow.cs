using System.Text;
using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>Reads one row of TRL's layout.</summary>
internal static class DatasetRow
{
    private const string Marker = "<image>";

    /// <summary>The row; its id is empty where the file gives none.</summary>
    public static Example Read(JsonElement row, int number, PictureFiles files, DatasetColumns columns)
    {
        if (row.ValueKind != JsonValueKind.Object) throw new DatasetRowException($"it is {Kind(row)}, expected a JSON object");
        if (Optional(row, "prompt") is not { } given)
            throw new DatasetRowException(DatasetColumns.Recognise(row) is { } layout ? $"prompt is missing; {layout}" : Missing(row,
                "prompt is missing", columns));
        var pictures = new List<PictureSource>();
        List<ChatMessage> prompt = ReadPrompt(given, out bool marked, source => pictures.Add(files.Open(source)));
        ReadPictures(row, pictures, files);
        columns.Check(row, pictures.Count > 0);
        int markers = prompt.Sum(m => m.Content.Count(p => p.IsImage));
        // TRL puts the pictures before the first question where plain messages do not say where they go; so does a single one.
        if (markers == 0 && pictures.Count > 0
            && (!marked || given.ValueKind == JsonValueKind.String && Optional(row, "image") is not null)) Prepend(prompt,
            markers = pictures.Count);
        if (markers != pictures.Count)
            throw new DatasetRowException(
                $"the prompt has {Count(markers, "image marker")} and the row {Count(pictures.Count, "picture")}; expected as many");
        return new Example(Optional(row, "id") is { } id ? Scalar(id, "id") : "", prompt, pictures,
            Scalar(Optional(row, "answer") ?? Optional(row, "solution") ?? VerlAnswer(row)
                ?? throw new DatasetRowException("answer (or solution) is missing"), "answer"),
            Optional(row, "question_type") is { } type ? Scalar(type, "question_type") : null,
            Optional(row, "data_source") is { } source ? Scalar(source, "data_source") : null,
            Optional(row, "teacher_responses") is { } responses ? ReadResponses(responses) : []) { Row = number };
    }

    /// <summary>The identifier that a bad row gives, for messages; null where there is none.</summary>
    public static string? FindId(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && Optional(row, "id") is { ValueKind: JsonValueKind.String or JsonValueKind.Number } id
            ? Scalar(id, "id") : null;

    // The nearest name of what is missing says more than that it is missing.
    private static string Missing(JsonElement row, string otherwise, DatasetColumns columns)
    {
        columns.Check(row, hasPictures: true);
        return otherwise;
    }

    private static JsonElement? VerlAnswer(JsonElement row) =>
        Optional(row, "reward_model") is { ValueKind: JsonValueKind.Object } model ? Optional(model, "ground_truth") : null;

    private static void ReadPictures(JsonElement row, List<PictureSource> pictures, PictureFiles files)
    {
        foreach (string column in new[] { "image", "images" })
        {
            if (Optional(row, column) is not { } images || images.ValueKind == JsonValueKind.Array && images.GetArrayLength() == 0)
                continue;
            if (pictures.Count > 0)
                throw new DatasetRowException("pictures are given twice: in image, in images or in the prompt's parts; keep one of them");
            pictures.AddRange((images.ValueKind == JsonValueKind.Array ? [.. images.EnumerateArray()] : new[] { images })
                .Select(files.Open));
        }
    }

    private static List<ChatMessage> ReadPrompt(JsonElement prompt, out bool marked, Action<JsonElement> picture)
    {
        marked = true;
        if (prompt.ValueKind == JsonValueKind.String)
        {
            List<ContentPart> parts = SplitMarkers(JsonText.Read(prompt));
            return parts.Count > 0 ? [new ChatMessage("user", parts)] : throw new DatasetRowException("prompt is empty");
        }
        if (prompt.ValueKind != JsonValueKind.Array)
            throw new DatasetRowException($"prompt is {Kind(prompt)}, expected chat messages or a text");
        marked = false;
        var messages = new List<ChatMessage>();
        foreach (JsonElement message in prompt.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
                throw new DatasetRowException($"a message of prompt is {Kind(message)}, expected an object with role and content");
            string role = Optional(message, "role") is { ValueKind: JsonValueKind.String } r ? JsonText.Read(r) : "";
            if (role is not ("system" or "user" or "assistant"))
                throw new DatasetRowException($"a message has role '{role}', expected system, user or assistant");
            JsonElement content = Optional(message, "content") ?? throw new DatasetRowException($"a {role} message has no content");
            if (content.ValueKind == JsonValueKind.Array) marked = true;
            messages.Add(new ChatMessage(role, ReadContent(content, role, picture)));
        }
        if (messages.Count == 0) throw new DatasetRowException("prompt is empty");
        if (messages[^1].Role != "user") throw new DatasetRowException($"the last message is of role {messages[^1].Role}, expected user");
        return messages;
    }

    private static List<ContentPart> ReadContent(JsonElement content, string role, Action<JsonElement> picture)
    {
        if (content.ValueKind == JsonValueKind.String) return SplitMarkers(JsonText.Read(content));
        if (content.ValueKind != JsonValueKind.Array)
            throw new DatasetRowException($"the content of a {role} message is {Kind(content)}, expected a text or parts");
        var parts = new List<ContentPart>();
        foreach (JsonElement part in content.EnumerateArray())
        {
            string type = part.ValueKind == JsonValueKind.Object && Optional(part, "type") is { ValueKind: JsonValueKind.String } t
                ? JsonText.Read(t) : Kind(part);
            if (type == "text" && Optional(part, "text") is { ValueKind: JsonValueKind.String } text)
                parts.Add(new ContentPart(JsonText.Read(text)));
            else if (type is "image" or "image_url")
            {
                parts.Add(new ContentPart(Text: null));
                JsonElement? source = Optional(part, type) ?? Optional(part, "path") ?? Optional(part, "url");
                if (source is { ValueKind: JsonValueKind.Object } nested && Optional(nested, "url") is { } url) source = url;
                if (source is { } found) picture(found);
            }
            else throw new DatasetRowException(
                $"a part of a {role} message has type '{type}', expected {{\"type\": \"text\", \"text\": …}} or "
                + "{\"type\": \"image\"}");
        }
        return parts;
    }

    // A backslash before a marker makes it text, two make one backslash before a picture.
    internal static List<ContentPart> SplitMarkers(string text)
    {
        var parts = new List<ContentPart>();
        var plain = new StringBuilder();
        int done = 0;
        for (int at; (at = text.IndexOf(Marker, done, StringComparison.Ordinal)) >= 0; done = at + Marker.Length)
        {
            int slashes = at - text.AsSpan(done, at - done).TrimEnd('\\').Length - done;
            plain.Append(text, done, at - slashes - done).Append('\\', slashes / 2);
            if (slashes % 2 == 1) plain.Append(Marker);
            else
            {
                if (plain.Length > 0) parts.Add(new ContentPart(plain.ToString()));
                plain.Clear();
                parts.Add(new ContentPart(Text: null));
            }
        }
        plain.Append(text, done, text.Length - done);
        if (plain.Length > 0) parts.Add(new ContentPart(plain.ToString()));
        return parts;
    }

    private static void Prepend(List<ChatMessage> prompt, int count)
    {
        int first = prompt.FindIndex(m => m.Role == "user");
        prompt[first] = new ChatMessage("user", [.. Enumerable.Repeat(new ContentPart(Text: null), count), .. prompt[first].Content]);
    }

    private static List<TeacherResponse> ReadResponses(JsonElement responses)
    {
        if (responses.ValueKind != JsonValueKind.Array)
            throw new DatasetRowException($"teacher_responses is {Kind(responses)}, expected a list of {{teacher, text}}");
        return [.. responses.EnumerateArray().Select(r => r.ValueKind == JsonValueKind.Object
            && Optional(r, "teacher") is { ValueKind: JsonValueKind.String } teacher
                && Optional(r, "text") is { ValueKind: JsonValueKind.String } text
                ? new TeacherResponse(JsonText.Read(teacher), JsonText.Read(text),
                    Optional(r, "truncated") is { ValueKind: JsonValueKind.True })
                : throw new DatasetRowException("an entry of teacher_responses is not {\"teacher\": …, \"text\": …}"))];
    }

    private static JsonElement? Optional(JsonElement owner, string key) =>
        owner.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Scalar(JsonElement value, string key) => value.ValueKind switch
    {
        JsonValueKind.String => JsonText.Read(value),
        JsonValueKind.Number => JsonText.Number(value.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new DatasetRowException($"{key} is {Kind(value)}, expected a text or a number"),
    };

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object", JsonValueKind.Array => "a list", JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null", _ => "true or false",
    };
}
