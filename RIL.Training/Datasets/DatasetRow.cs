using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>Reads one row of TRL's layout.</summary>
internal static class DatasetRow
{
    private const string Marker = "<image>";

    public static Example Read(JsonElement row, int number, PictureFiles files)
    {
        if (row.ValueKind != JsonValueKind.Object) throw new DatasetRowException($"it is {Kind(row)}, expected a JSON object");
        var pictures = new List<PictureSource>();
        List<ChatMessage> prompt = ReadPrompt(Optional(row, "prompt") ?? throw new DatasetRowException("prompt is missing"),
            out bool marked, source => pictures.Add(files.Open(source)));
        if (Optional(row, "images") is { } images)
        {
            if (pictures.Count > 0) throw new DatasetRowException("pictures are given both in the prompt's parts and in images");
            pictures.AddRange((images.ValueKind == JsonValueKind.Array ? [.. images.EnumerateArray()] : new[] { images })
                .Select(files.Open));
        }
        int markers = prompt.Sum(m => m.Content.Count(p => p.IsImage));
        // TRL puts the pictures before the first question where plain messages do not say where they go.
        if (markers == 0 && pictures.Count > 0 && !marked) Prepend(prompt, markers = pictures.Count);
        if (markers != pictures.Count)
            throw new DatasetRowException(
                $"the prompt has {Count(markers, "image marker")} and the row {Count(pictures.Count, "picture")}; expected as many");
        return new Example(
            Optional(row, "id") is { } id ? Scalar(id, "id") : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            prompt, pictures,
            Scalar(Optional(row, "answer") ?? Optional(row, "solution")
                ?? throw new DatasetRowException("answer (or solution) is missing"), "answer"),
            Optional(row, "question_type") is { } type ? Scalar(type, "question_type") : null,
            Optional(row, "data_source") is { } source ? Scalar(source, "data_source") : null,
            Optional(row, "teacher_responses") is { } responses ? ReadResponses(responses) : []);
    }

    private static List<ChatMessage> ReadPrompt(JsonElement prompt, out bool marked, Action<JsonElement> picture)
    {
        marked = true;
        if (prompt.ValueKind == JsonValueKind.String)
        {
            List<ContentPart> parts = SplitMarkers(prompt.GetString()!);
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
            string role = Optional(message, "role") is { ValueKind: JsonValueKind.String } r ? r.GetString()! : "";
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
        if (content.ValueKind == JsonValueKind.String) return SplitMarkers(content.GetString()!);
        if (content.ValueKind != JsonValueKind.Array)
            throw new DatasetRowException($"the content of a {role} message is {Kind(content)}, expected a text or parts");
        var parts = new List<ContentPart>();
        foreach (JsonElement part in content.EnumerateArray())
        {
            string type = part.ValueKind == JsonValueKind.Object && Optional(part, "type") is { ValueKind: JsonValueKind.String } t
                ? t.GetString()! : Kind(part);
            if (type == "text" && Optional(part, "text") is { ValueKind: JsonValueKind.String } text)
                parts.Add(new ContentPart(text.GetString()!));
            else if (type is "image" or "image_url")
            {
                parts.Add(new ContentPart(Text: null));
                JsonElement? source = Optional(part, type) ?? Optional(part, "path") ?? Optional(part, "url");
                if (source is { ValueKind: JsonValueKind.Object } nested && Optional(nested, "url") is { } url) source = url;
                if (source is { } found) picture(found);
            }
            else throw new DatasetRowException(
                $"a part of a {role} message has type '{type}', expected {{\"type\": \"text\", \"text\": …}} or {{\"type\": \"image\"}}");
        }
        return parts;
    }

    private static List<ContentPart> SplitMarkers(string text)
    {
        var parts = new List<ContentPart>();
        string[] pieces = text.Split(Marker);
        for (int i = 0; i < pieces.Length; i++)
        {
            if (i > 0) parts.Add(new ContentPart(Text: null));
            if (pieces[i].Length > 0) parts.Add(new ContentPart(pieces[i]));
        }
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
                ? new TeacherResponse(teacher.GetString()!, text.GetString()!,
                    Optional(r, "truncated") is { ValueKind: JsonValueKind.True })
                : throw new DatasetRowException("an entry of teacher_responses is not {\"teacher\": …, \"text\": …}"))];
    }

    private static JsonElement? Optional(JsonElement owner, string key) =>
        owner.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Scalar(JsonElement value, string key) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
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
