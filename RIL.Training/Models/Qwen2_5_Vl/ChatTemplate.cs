using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Datasets;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>A piece of a rendered prompt: ordinary text, a marker token by its spelling, or the place of a picture (both null).</summary>
internal readonly record struct TemplatePiece(string? Text, string? Token);

/// <summary>
/// How messages become a prompt. Jinja is not interpreted: a checkpoint's template must be one of those known here, and is kept and
/// written back word for word.
/// </summary>
internal sealed class ChatTemplate
{
    public const string MessageStart = "<|im_start|>", MessageEnd = "<|im_end|>", FileName = "chat_template.jinja";

    /// <summary>
    /// Renders what the published template of Qwen2.5-VL renders for messages of text and pictures; for checkpoints that have none.
    /// </summary>
    public const string FamilyText = """
        {%- for message in messages %}
            {%- if loop.first and message.role != 'system' %}
                {{- '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}
            {%- endif %}
            {{- '<|im_start|>' ~ message.role ~ '\n' }}
            {%- if message.content is string %}
                {{- message.content }}
            {%- else %}
                {%- for part in message.content %}
                    {%- if part.type in ['image', 'image_url'] %}
                        {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
                    {%- elif part.type == 'text' %}
                        {{- part.text }}
                    {%- endif %}
                {%- endfor %}
            {%- endif %}
            {{- '<|im_end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    /// <summary>For models without roles, as the embedded example: every message's text and pictures, then a newline.</summary>
    public const string PlainText = """
        {%- for message in messages %}
            {%- if message.content is string %}
                {{- message.content }}
            {%- else %}
                {%- for part in message.content %}
                    {%- if part.type in ['image', 'image_url'] %}
                        {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
                    {%- elif part.type == 'text' %}
                        {{- part.text }}
                    {%- endif %}
                {%- endfor %}
            {%- endif %}
            {{- '\n' }}
        {%- endfor %}
        """;

    // SHA-256 of the template that the published Qwen2-VL and Qwen2.5-VL checkpoints carry, without blanks around it.
    private const string PublishedDigest = "a0bc6f6fc7a29a80017a433e8f03a1cc1236e838a944a2d034295a60c4f2fddb";

    private ChatTemplate(string text, bool roles) => (Text, Roles) = (text, roles);

    /// <summary>The template as the checkpoint has it.</summary>
    public string Text { get; }

    /// <summary>Whether messages are framed by their roles (the family's template) or not (the plain one).</summary>
    public bool Roles { get; }

    /// <summary>
    /// Finds the template where transformers looks for it: chat_template.jinja, chat_template.json, tokenizer_config.json; the family's
    /// where there is none.
    /// </summary>
    public static ChatTemplate Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (File.Exists(path)) return Recognise(File.ReadAllText(path), path);
        foreach (string name in new[] { "chat_template.json", "processor_config.json", "tokenizer_config.json" })
        {
            path = Path.Combine(folder, name);
            if (File.Exists(path) && FromJson(path) is { } text) return Recognise(text, path);
        }
        return new ChatTemplate(FamilyText, roles: true);
    }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), Text);

    /// <summary>The prompt of the messages up to where the assistant's answer begins.</summary>
    public IEnumerable<TemplatePiece> Render(IReadOnlyList<ChatMessage> messages)
    {
        if (Roles && messages[0].Role != "system")
            foreach (TemplatePiece piece in Frame("system", [new ContentPart("You are a helpful assistant.")])) yield return piece;
        foreach (ChatMessage message in messages)
            foreach (TemplatePiece piece in Frame(message.Role, message.Content)) yield return piece;
        if (!Roles) yield break;
        yield return new TemplatePiece(null, MessageStart);
        yield return new TemplatePiece("assistant\n", null);
    }

    internal static ChatTemplate Recognise(string text, string path)
    {
        string core = text.ReplaceLineEndings("\n").Trim();
        if (core == PlainText) return new ChatTemplate(text, roles: false);
        if (core == FamilyText || Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(core))) == PublishedDigest)
            return new ChatTemplate(text, roles: true);
        throw new InputException($"{path}: this chat template is not known; supported are the one of the published Qwen2.5-VL checkpoints "
            + $"and the plain one (text and pictures, no roles). "
            + $"Put the published template in its place, or remove it to use the family's.");
    }

    private IEnumerable<TemplatePiece> Frame(string role, IReadOnlyList<ContentPart> content)
    {
        if (Roles)
        {
            yield return new TemplatePiece(null, MessageStart);
            yield return new TemplatePiece(role + "\n", null);
        }
        foreach (ContentPart part in content) yield return new TemplatePiece(part.Text, null);
        if (Roles) yield return new TemplatePiece(null, MessageEnd);
        yield return new TemplatePiece("\n", null);
    }

    private static string? FromJson(string path)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(File.ReadAllText(path))?["chat_template"];
            if (node is JsonArray named) node = named.FirstOrDefault(t => t?["name"]?.GetValue<string>() == "default")?["template"];
            return node?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path}: the chat template cannot be read ({e.Message}).", e);
        }
    }
}
