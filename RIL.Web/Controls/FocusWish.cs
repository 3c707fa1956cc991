using Microsoft.AspNetCore.Components;

namespace RIL.Web.Controls;

/// <summary>
/// A wish to put the focus on an element that the next drawing brings. The browser tells of drawings late, so that one of before the wish may be told of after it: such a
/// one does not spend it, because its element is still the old one.
/// </summary>
internal sealed class FocusWish
{
    private bool _open;
    private string? _before;

    /// <summary>Wishes for the element that takes the place of this one.</summary>
    public void Make(ElementReference now) => (_open, _before) = (true, now.Id);

    /// <summary>Puts the focus there once the element is another one; to be called after every drawing.</summary>
    public async Task Grant(ElementReference element)
    {
        if (!_open || element.Id is null || element.Id == _before) return;
        _open = false;
        await PageScript.Focus(element);
    }
}
